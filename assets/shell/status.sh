# One line "key value" for each thing known of the host, of what supervisord runs there, and of each of its sites; "site
# NAME" begins a site.
( . /etc/os-release && echo "os $ID $VERSION_ID" ) 2>/dev/null
echo "own $(hostname -I)"
# The bash scripts have made those of which there is no record.
printf 'home %s\n' /webapps/*_project
pg_find
case $pg_cluster:$pg_state:$pg_boot in ?*:down:auto) echo "postgresql $pg_cluster" ;; esac
supervised
set --
for record in "$state"/sites/*; do case ${record##*/} in *[!a-z0-9_]*) ;; *) set -- "$@" "${record##*/}" ;; esac; done
[ $# = 0 ] || { memory_of "$@"; disk_of "$@"; }
# adopting tells whether taking $site over, of which $note is the note, has begun and not ended.
adopting() { [ -f "$note" ] && ! grep -qx ended "$note"; }
# release ID prints what is known of the release that is live: lines of its note, "since" when, "waits APP.NAME" for migrations that only remove and are still to be run, and of its virtualenv the versions of Django and Python. All is
# in folders of root's.
release() {
	echo "release $1"
	while read -r key value; do case $key in commit | health) printf '%s %s\n' "$key" "$value" ;; esac; done <"$own/about/$1"
	awk -v "id=$1" '$1 == id { since = $2 } END { if (since) print "since " since }' "$own/about/.history"
	[ ! -f "$own/about/$1.waits" ] || head -n 20 "$own/about/$1.waits" | sed 's/^/waits /'
	environment=$(sed -n "s/^code=.* environment='\{0,1\}\([A-Za-z0-9_.\/-]*\)'\{0,1\}\$/\1/p" "$own/env/$1")
	for dir in "$environment"/lib/python*/site-packages/[Dd]jango-*.dist-info; do
		[ -d "$dir" ] || continue
		dir=${dir#*/lib/python} version=${dir##*/[Dd]jango-}
		printf 'versions %s %s\n' "${dir%%/*}" "${version%.dist-info}"
	done | head -n 1
} 2>/dev/null
# Where taking a site over was cut off before it had a record, the note of that stands for it.
for record in "$state"/sites/* "$state"/adopted/*; do
	site=${record##*/} note=$state/adopted/${record##*/}
	case $site in *[!a-z0-9_]*) continue ;; esac
	[ "$record" != "$note" ] || [ ! -e "$state/sites/$site" ] || continue
	[ "$record" != "$note" ] || adopting || continue
	home=/webapps/${site}_project own=/webapps/.sites/$site live='' code=''
	echo "site $site"
	! adopting || echo 'adopting yes'
	[ -e "/etc/nginx/djship/$site/maintenance.conf" ] && echo 'maintenance yes'
	role_turning || :
	renewal_of "$site"
	jobs=$(sed -n "s#^\([^#]*\) $site /bin/bash $own/cron/run \(.*\)#job \2 \1#p" "/etc/cron.d/djship-$site" 2>/dev/null)
	[ ! "$jobs" ] || printf '%s\n' "$jobs"
	while read -r key value; do
		case $key in domain | python | removing) echo "$key $value" ;; esac
		case $key.$value in domain.*[!A-Za-z0-9.-]*) ;; domain.*) traffic_of "$value" ;; esac
	done <"$record"
	if [ -L "$own/current" ]; then
		live=$(readlink "$own/current") live=${live##*/}
		release "$live"
	else
		code="for dir in $home/lib/python*/site-packages/[Dd]jango-*.dist-info; do
	[ -d \"\$dir\" ] && { dir=\${dir##*/[Dd]jango-}; echo \"django \${dir%.dist-info}\"; }
done | head -n 1
$newest $home $site"
	fi
	# What the site's account prints has a colon before it; $newest starts newest.pl, $ran is ran.sh.
	read_as "$site" "[ -S $home/run/gunicorn.sock ] && echo 'socket yes'
${jobs:+cd $home/run; $ran}
$code" | head -n 200
	# Before supervisord opened the sockets each was in its site's home, which the site tells of itself.
	[ -S "/webapps/.sockets/$site.sock" ] && echo 'socket yes'
	# Where nginx is led to the slot of a release.
	case $(readlink "/webapps/.sockets/$site.sock") in "$site-a.sock") echo 'slot a' ;; "$site-b.sock") echo 'slot b' ;; esac
	# What is to run beside gunicorn, and what is told to end and may still be at work.
	for file in "/etc/supervisor/$site-"[ab][0-9]*.conf; do
		group=${file##*/}
		[ ! -f "$file" ] || sed -n "s/^; processes /processes ${group%.conf} /p" "$file"
	done
	[ ! -f "/run/djship/ending-$site" ] || tail -n 50 "/run/djship/ending-$site" | while read -r group id _; do echo "ending $group $id"; done
	# The last run that has been done and was not undone; of runs of older versions nobody has noted whether they were.
	awk -v "site=$site" '$1 == "done" && NF == 2 { if ($2 == run) { if ($2 != of) before = last; last = line; of = run } next }
		$1 == "undone" && NF == 2 { if ($2 == of) { last = before; of = "" } next }
		$1 == "part" && NF == 2 { next }
		{ line = $0; run = "" }
		match(line, /, [0-9]+-[0-9]+-[0-9a-f]+$/) { run = substr(line, RSTART + 2); line = substr(line, 1, RSTART - 1) }
		line !~ " (deploy|up|push) " site "[ ,]" && line !~ " deploy --all," { run = ""; next }
		run == "" { last = line; of = "" }
		END { if (last) print "deployed " last }' "$state/history" 2>/dev/null
done
m end
