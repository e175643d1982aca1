# Brings back what was there before djship took $site over, from the folder that $adopted names: the supervisord of before starts the site on its own socket, nginx is led there, and djship's ends. $home
# is the home of the site's account, $domain the site's, $beside are programs of the site beside its gunicorn. It needs supervise.sh, adoptold.sh, which finds $old, and nginx.sh before it.
kept=$(sed -n 's/^kept //p' "$adopted")
case $kept in "${adopted%/*}/$site"-*) ;; *) echo "$adopted names no folder"; exit 1 ;; esac
by_account() { as "$site" sh -c 'cd "$HOME" && '"$1"; }
had() { case " $(cat "$kept/home.list") " in *" $1 "*) ;; *) return 1 ;; esac }

# The site's own files, by its account; what djship has put there besides goes.
by_account 'rm -f local_env.sh; for log in nginx-access.log nginx-error.log; do [ ! -f "logs/$log.before" ] || mv -f -- "logs/$log.before" "logs/$log"; done' </dev/null
had current || by_account '[ ! -L current ] || rm -f current' </dev/null
had shared || by_account 'rmdir shared 2>/dev/null || :' </dev/null
[ ! -e "$kept/static" ] || by_account 'rm -rf static/admin' </dev/null
by_account 'tar -xpf - --exclude="run/*"' <"$kept/home.tar"

# Its role and its database.
hash=$(sed -n 's/^hash|//p' "$kept/postgres")
case $hash in *"'"*) hash= ;; esac
{
	[ ! "$hash" ] || printf "alter role \"%s\" password '%s';\n" "$site" "$hash"
	sed -n 's/^open|\([a-z0-9_]*\)$/grant connect, temporary on database "\1" to public;/p' "$kept/postgres"
} | sql || exit

# Root's files, as they were. What runs is told nothing of them.
for file in /etc/supervisor/*.conf; do
	[ ! -f "$file" ] || grep -qx "${file#/}" "$kept/root.list" || rm -f -- "$file"
done
for path in /etc/supervisord-before.conf /etc/supervisor/before; do
	grep -qx "${path#/}" "$kept/root.list" || rm -rf -- "$path"
done
tar -C / -xpf "$kept/root.tar"

# start_old NAME has the supervisord of before, which runs, start a program of the site.
start_old() {
	case $(old_rpc getProcessInfo "$1:$1") in RUNNING* | STARTING*) return 0 ;; esac
	said=$(old_rpc addProcessGroup "$1") || case $said in ALREADY_ADDED*) said=$(old_rpc startProcessGroup "$1" false) ;; *) false ;; esac || { echo "the supervisord of before (process $old) does not start $1: $said"; return 1; }
}

# What works beside the site works once at a time: it ends here before it starts there.
for name in $beside; do ! supervisord_there || end_program "$name" || exit; done
# The supervisord of before starts the site beside djship's, which has its unit until it ends: who stops a unit ends its process, wherever that is.
old_find
if [ "$old" ]; then
	[ ! -L /run/supervisord-before.conf ] || lay /etc/supervisord.conf /run/supervisord-before.conf # which one reads that a boot has started
	said=$(old_rpc reloadConfig) || { echo "the supervisord of before (process $old) does not read its files: $said"; exit 1; }
	for name in $site $beside; do start_old "$name" || exit; done
else
	timeout 60 systemd-run -q --scope --unit=supervisord-before /usr/local/bin/supervisord -c /etc/supervisord.conf </dev/null >/dev/null 2>&1 || { echo 'the supervisord of before does not start'; exit 1; }
fi
answers() {
	as "$site" timeout 30 /usr/bin/python3 -Ic 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(25)
s.connect(sys.argv[1])
s.sendall(("GET / HTTP/1.0\r\nHost: %s\r\n\r\n" % sys.argv[2]).encode())
sys.exit(s.recv(64)[9:10] not in (b"2", b"3", b"4"))' "$home/run/gunicorn.sock" "$domain" </dev/null 2>/dev/null
}
rested() { [ ! -L "$home/run/gunicorn.sock" ] && answers; }
hold rested || { echo "gunicorn of before does not answer on $home/run/gunicorn.sock; djship's goes on"; exit 1; }

for path in "/etc/nginx/sites-enabled/$domain" "/etc/nginx/sites-available/$domain"; do
	grep -qx "${path#/}" "$kept/root.list" || { remember "$path" root && rm -f -- "$path"; }
done
reload_nginx "/etc/nginx/sites-available/$domain" "/etc/nginx/sites-enabled/$domain" "$domain" || exit
rest_of "/webapps/.sockets/$site-0.sock"
! supervisord_there || end_program "$site" || exit
systemctl stop supervisord.service
for path in supervisord.service supervisord-before.service; do
	grep -qx "etc/systemd/system/$path" "$kept/root.list" || rm -f -- "/etc/systemd/system/$path" "/etc/systemd/system/multi-user.target.wants/$path"
done
systemctl daemon-reload

# What djship had of the site.
rm -f "$state/sites/$site" "$state/sites/$site.password" "$state/sites/$site.static" "/etc/logrotate.d/djship-$site" "/etc/ssh/sshd_config.d/djship-$site.conf" /webapps/.sockets/"$site".sock /webapps/.sockets/"$site"-[0ab].sock
rm -rf "/etc/nginx/djship/$site" "/webapps/.sites/$site" "/webapps/.static/$site"
service ssh reload || :
read -r owner mode <"$kept/home.stat"
chmod "$mode" "$home" && chown "$owner" "$home" && chmod "$mode" "$home" # so that nginx has a way to the socket all along
mv -f "$adopted" "$kept/undone"
echo "notice: $site is as it was; what djship has installed in /opt/djship stays, and so does $kept"
