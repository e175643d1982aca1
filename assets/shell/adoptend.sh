# Ends the gunicorn of $site that the supervisord of before runs, once nobody is connected to it any more, and brings what else that runs of the site, $beside, to djship's, whose files lie at
# $adopted.NAME.conf. Where nothing is left of it, it ends, too. $home is the home of the site's account. It needs supervise.sh, adoptold.sh, which finds $old and $old_socket, and adoptstaged.sh before it.
# shellcheck disable=SC2034 # old_find reads it
kept=$(sed -n 's/^kept //p' "$adopted")
# old_end NAME ends a program, which may take as long as its file says.
old_end() {
	said=$(old_rpc stopProcessGroup "$1" false) || case $said in BAD_NAME*) return 0 ;; *) echo "supervisord of before: $said"; return 1 ;; esac
	tries=0
	until said=$(old_rpc removeProcessGroup "$1"); do
		case $said in BAD_NAME*) return 0 ;; STILL_RUNNING*) ;; *) echo "supervisord of before: $said"; return 1 ;; esac
		tries=$((tries + 1))
		[ "$tries" -lt 2400 ] || { echo "$1 does not end"; return 1; }
		sleep 0.2
	done
}
old_find
before=$old # staged_in_place has a use of its own for $old
if [ "$before" ]; then
	[ "$old_socket" ] || { echo "the supervisord of before (process $before) has no socket of root's by which it can be asked to end $site"; exit 1; }
	rest_of "$home/run/gunicorn.sock"
	old_end "$site" || exit
fi
# All files are in place before any of them ends: on a disk that is full each goes on where it is.
for name in $beside; do [ ! -f "$adopted.$name.conf" ] || staged_in_place "$adopted.$name.conf" "/etc/supervisor/$name.conf" || exit; done
for name in $beside; do
	[ ! "$before" ] || old_end "$name" || exit
	begin_program "$name" || exit
	rm -f "$adopted.$name.conf"
done
as "$site" ln -sfnT -- "/webapps/.sockets/$site.sock" "$home/run/gunicorn.sock"
if ! ls /etc/supervisor/before/*.conf >/dev/null 2>&1; then
	[ ! "$before" ] || { kill "$before" && hold sh -c "[ ! -d /proc/$before ]" || { echo "the supervisord of before (process $before) does not end"; exit 1; }; }
	if [ -f /etc/systemd/system/supervisord-before.service ]; then
		systemctl disable -q supervisord-before.service
		rm -f /etc/systemd/system/supervisord-before.service /etc/supervisord-before.conf /usr/local/lib/djship/supervisord
		systemctl daemon-reload
	fi
	rmdir /etc/supervisor/before /usr/local/lib/djship 2>/dev/null || :
fi
echo ended >>"$adopted"
