# Prints whether uv is in $tools, and the notes of its installation that are of the Python which the system has now.
now=$(readlink /usr/bin/python3)
[ -x "$tools/bin/uv" ] && echo uv
[ "$now" ] && ls -d "$tools/lib/$now"/site-packages/uv-*.dist-info 2>/dev/null
