# Starts the program of $site, or with $renew restarts it where it runs, and waits until it answers on
# $socket, to which it lays $link. Where it does not, what this run has put in the place of $files ("path owner mode" a
# line) is taken back. With supervise.sh. $home is the site's, $domain what it is asked for.
control() { /usr/local/bin/supervisorctl -c /etc/supervisord.conf "$@"; }
gunicorn_log=$home/logs/gunicorn.log
program_log=/var/log/supervisor/$site.log
pid() { program_state "$site" | sed 's/.* //'; }
as_site() { as "$site" sh -c "$1" sh "$gunicorn_log" "$2" 2>/dev/null; }

come_up() {
	before=$(pid)
	# A changed script needs a restart.
	renew_program "$site"
	after=$(pid)
	case $after in
	0) control restart "$site" || return ;;
	"$before") [ ! "$renew" ] || control restart "$site" || return ;;
	esac
	# An edited program may open what nginx asks itself, and one that was taken back may be of the time when gunicorn did.
	opens=$socket
	grep -q "^socket *= *unix://$socket" "/etc/supervisor/$site.conf" || opens=$link
	grep -q "^socket *= *unix://$opens" "/etc/supervisor/$site.conf" || opens=$home/run/gunicorn.sock
	printf '%s\n' "$answers" | as "$site" "$home/bin/python" - "$opens" "$domain" || return
	# What was there before has ended: it takes nothing along.
	[ "$opens" != "$socket" ] || { ln -sfn -- "${socket##*/}" "$link.new" && mv -fT -- "$link.new" "$link"; }
}

# logs prints the end of what was logged since this step began, without what is always there: not how gunicorn
# itself ended when its workers could not begin.
logs() {
	control status "$site" || :
	echo "$gunicorn_log:"
	as_site 'size=$(stat -c %s "$1") && [ -f "$1" ] && timeout 10 tail -c "$((size - $2 < 65536 ? size - $2 : 65536))" "$1"' "$gunicorn_end" |
		timeout --foreground 12 head -c 65536 | tr '\0' ' ' | grep -v -e '\[INFO\]' -e 'Worker (pid:' -e 'Shutting down: Master' |
		awk '/^Traceback / { text = ""; within = 1 }
			!within { print; next }
			{ text = text $0 "\n" }
			/^[^ T]|^T[^r]/ { if (!/HaltServer/) printf "%s", text; within = 0 }' | tail -n 7
	echo "$program_log:"
	tail -c +"$((program_end + 1))" "$program_log" 2>/dev/null | tail -n 3
}

# go_back puts the files back that were there before this run; it fails where there is none.
go_back() {
	back=no
	while read -r path owner mode; do
		had "$path" && take_back "$path" "$owner" "$mode" && back=yes
	done <<-FILES
		$files
	FILES
	[ "$back" = yes ]
}

answers=$(cat <<'PY'
import socket, sys, time
path, domain, end, last = sys.argv[1], sys.argv[2], time.time() + 30, ''
while time.time() < end:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    try:
        s.connect(path)
        s.sendall(('GET / HTTP/1.0\r\nHost: %s\r\n\r\n' % domain).encode())
        last = s.recv(64).decode('ascii', 'replace').split('\r')[0]
        if last.startswith('HTTP/') and last.split()[1] < '500':
            print('the site answers: ' + last)
            sys.exit(0)
    except (OSError, socket.error) as e:
        last = str(e)
    finally:
        s.close()
    time.sleep(0.1)
sys.exit('the site does not answer on %s: %s' % (path, last))
PY
)
gunicorn_end=$(as_site 'stat -c %s "$1"') || gunicorn_end=0
program_end=$(stat -c %s "$program_log" 2>/dev/null) || program_end=0
hold supervisord_there || { echo 'supervisord does not answer'; exit 1; }
come_up || {
	logs
	if ! go_back; then
		:
	elif come_up >/dev/null 2>&1; then
		echo 'the new files for it are taken back, and the site is up as before'
	else
		echo 'the new files for it are taken back, but with the old ones it does not come up either'
	fi
	exit 1
}
