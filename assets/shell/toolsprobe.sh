# Prints which of djship's Python programs are in $tools, and the notes of their installation that are of the Python
# which the system has now.
now=$(readlink /usr/bin/python3)
for program in python virtualenv supervisord supervisorctl; do
	[ -x "$tools/bin/$program" ] && echo "$program"
done
[ "$now" ] && ls -d "$tools/lib/$now"/site-packages/virtualenv-*.dist-info "$tools/lib/$now"/site-packages/supervisor-*.dist-info 2>/dev/null
