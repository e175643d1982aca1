# One line "key value" for each thing known of the host, of what supervisord runs there, and of each of its sites; "site
# NAME" begins a site.
( . /etc/os-release && echo "os $ID $VERSION_ID" ) 2>/dev/null
echo "own $(hostname -I)"
supervised
for record in "$state"/sites/*; do
	site=${record##*/}
	case $site in *[!a-z0-9_]*) continue ;; esac
	home=/webapps/${site}_project
	echo "site $site"
	sed -n -e 's/^domain /domain /p' -e 's/^python /python /p' "$record"
	# What the site's account prints has a colon before it; $newest is newest.sh.
	read_as "$site" "for dir in $home/lib/python*/site-packages/[Dd]jango-*.dist-info; do
	[ -d \"\$dir\" ] && { dir=\${dir##*/[Dd]jango-}; echo \"django \${dir%.dist-info}\"; }
done | head -n 1
[ -S $home/run/gunicorn.sock ] && echo 'socket yes'
$newest
newest $site" | head -n 3
	# Before supervisord opened the sockets each was in its site's home, which the site tells of itself.
	[ -S "/webapps/.sockets/$site.sock" ] && echo 'socket yes'
	# Where nginx is led to the slot of a release.
	case $(readlink "/webapps/.sockets/$site.sock") in "$site-a.sock") echo 'slot a' ;; "$site-b.sock") echo 'slot b' ;; esac
	# The last run that has been done; of runs of older versions nobody has noted whether they were.
	awk -v "site=$site" '$1 == "done" && NF == 2 { if ($2 == run) last = line; next }
		{ line = $0; run = "" }
		match(line, /, [0-9]+-[0-9]+-[0-9a-f]+$/) { run = substr(line, RSTART + 2); line = substr(line, 1, RSTART - 1) }
		line !~ " (deploy|up) " site " " { run = ""; next }
		run == "" { last = line }
		END { if (last) print "deployed " last }' "$state/history" 2>/dev/null
done
m end
