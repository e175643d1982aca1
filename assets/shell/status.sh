# One line "key value" for each thing known of each site of the host; "site NAME" begins a site.
hertz=$(getconf CLK_TCK)
read -r uptime _ </proc/uptime
for record in "$state"/sites/*; do
	site=${record##*/}
	case $site in *[!a-z0-9_]*) continue ;; esac
	home=/webapps/${site}_project
	echo "site $site"
	sed -n -e 's/^domain /domain /p' -e 's/^python /python /p' "$record"
	# What the site's account prints has a colon before it.
	read_as "$site" "for dir in $home/lib/python*/site-packages/[Dd]jango-*.dist-info; do
	[ -d \"\$dir\" ] && { dir=\${dir##*/[Dd]jango-}; echo \"django \${dir%.dist-info}\"; }
done | head -n 1
[ -S $home/run/gunicorn.sock ] && echo 'socket yes'" | head -n 2
	for pid in $(supervised "$(id -u "$site" 2>/dev/null)"); do
		began=$(started "$pid") && [ "$began" ] || continue # it has ended by now
		echo "seconds $((${uptime%.*} - began / hertz))"
		echo "workers $(grep -lx "PPid:	$pid" /proc/[0-9]*/status 2>/dev/null | wc -l)"
	done
	# Before supervisord opened the sockets each was in its site's home, which the site tells of itself.
	[ -S "/webapps/.sockets/$site.sock" ] && echo 'socket yes'
	[ -e "/etc/nginx/sites-enabled/$(sed -n 's/^domain //p' "$record")" ] && echo 'nginx yes'
	grep -e " \(deploy\|up\) $site " "$state/history" 2>/dev/null | tail -n 1 | sed 's/^/deployed /'
done
m end
