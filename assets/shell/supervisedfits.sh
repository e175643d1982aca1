# Prints what stands in the way of slots in the file by which supervisord knows what answers for $site now, and whether nginx, by the file of $domain's site, asks elsewhere.
case $(readlink "/webapps/.sockets/$site.sock") in "$site-a.sock") program=$site-a ;; "$site-b.sock") program=$site-b ;; *) program=$site ;; esac
conf=/etc/supervisor/$program.conf
if [ -f "$conf" ]; then
	grep -q "^socket *[=:] *unix:///webapps/.sockets/$site-[0ab].sock" "$conf" || echo "socket $conf"
	sed -n 's/^\[\(.*\)\][[:space:]]*$/\1/p' "$conf" | grep -vxF "fcgi-program:$program" | sed -n '1s/^/section /p'
	sed -n -e '/^process_name *[=:] *%(program_name)s *$/d' -e '/^numprocs *[=:] *1 *$/d' -e 's/^\(process_name\|numprocs\) *[=:].*/key \1/p' "$conf"
fi
served=/etc/nginx/sites-enabled/$domain
if [ "$domain" ] && [ -f "$served" ]; then
	grep -q -e "unix:/webapps/.sockets/$site.sock" -e "unix:/webapps/${site}_project/run/gunicorn.sock" "$served" || echo "asks $served"
fi
:
