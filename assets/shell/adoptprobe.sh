# Prints what the bash scripts have left of $site in root's files, $home its account's home: "PATH" lines with what a file has, each line of that behind a colon. $adopted is what djship has noted of
# taking it over: where that names a folder of what is kept, the files are read from there as they were. It needs adoptlinks.sh, which finds $conf and $at, and adoptold.sh, which finds $old and $old_socket, before it.
# shown NAME FILE prints a file of root's under the name that it had.
shown() { [ ! -f "$2" ] || { echo "file $1" && head -c 262144 -- "$2" | tr -d '\0' | sed 's/^/:/'; }; }
kept=
[ ! -f "$adopted" ] || {
	sed 's/^/note /' "$adopted"
	kept=$(sed -n 's/^kept //p' "$adopted")
}
[ ! -e "$state/sites/$site" ] || echo recorded
{ [ -d /run/systemd/system ] && [ -S /run/dbus/system_bus_socket ]; } || echo 'no systemd'
[ ! -d "$home" ] || echo "home $(stat -c %U "$home")"
if [ "$kept" ]; then
	cat "$kept/found"
	for name in prepare_env.sh gunicorn_start.sh nginx.conf; do shown "$home/$name" "$kept/$name"; done
	shown /etc/supervisord.conf "$kept/supervisord.conf"
	at=$(sed -n 's/^at //p' "$kept/found")
	for file in "$kept"/programs/*.conf; do shown "$at/${file##*/}" "$file"; done
else
	found_links
	found_programs
	shown /etc/supervisord.conf "$conf"
	for file in "$at"/*.conf; do
		[ -e "$file" ] || [ -L "$file" ] || continue
		if [ -L "$file" ] || [ "$(stat -c %u "$file")" != 0 ]; then echo "foreign $file"; else shown "$file" "$file"; fi
	done
	found_tools
fi
old_find
if [ "$old" ]; then
	echo "old $old ${old_socket:-none}"
elif stat -c %U /proc/[0-9]* 2>/dev/null | grep -qx "$site"; then
	echo runs
fi
echo home
