# Tells what a backup of the site $project has to take, in lines of a key and a value: it only reads, and asks nothing of djship's of the host. In the site's home nothing is opened.
# shellcheck disable=SC2154
own=/webapps/.sites/$project home=/webapps/${project}_project
if entry=$(getent passwd "$project") && [ -d "$home" ]; then
	entry=${entry#*:*:} uid=${entry%%:*} entry=${entry#*:}
	echo "account $uid ${entry%%:*}"
fi
(. /etc/os-release && echo "os $ID $VERSION_ID") 2>/dev/null
domain=
if [ -f "$state/sites/$project" ]; then
	echo 'known yes'
	domain=$(sed -n 's/^domain \([A-Za-z0-9.-]\{1,253\}\)$/\1/p' "$state/sites/$project" | head -n 1)
	[ ! "$domain" ] || echo "domain $domain"
fi
pg_find
[ ! "$pg_cluster" ] || echo "postgresql $pg_cluster $pg_port $pg_state"
# A sender that has no end is told by this: nothing holds more than twice what the disks do.
echo "disks $(df -Pkl 2>/dev/null | awk '$1 ~ /^\// && !seen[$1]++ { sum += $2 } END { printf "%d", sum }')"
live=$(readlink "$own/current" 2>/dev/null) live=${live##*/}
case $live in *[!A-Za-z0-9-]*) live= ;; esac
[ ! "$live" ] || echo "release $live"
take() { if [ -e "/$1" ] || [ -L "/$1" ]; then echo "take $1"; fi; }
# Files of root's, in folders of root's.
for path in "etc/nginx/sites-enabled/$project" ${domain:+"etc/nginx/sites-available/$domain" "etc/nginx/sites-enabled/$domain"} "etc/nginx/djship/$project" \
	"etc/supervisor/$project.conf" "etc/supervisor/$project-a.conf" "etc/supervisor/$project-b.conf" "etc/logrotate.d/djship-$project" \
	"etc/ssh/sshd_config.d/djship-$project.conf" "etc/cron.d/djship-$project" "var/lib/djship/sites/$project"; do
	take "$path"
done
for path in "/etc/supervisor/$project-"[ab][0-9]*.conf; do take "${path#/}"; done
if [ "$live" ]; then
	for name in current config cron redis "about/$live" "env/$live" "releases/$live"; do take "webapps/.sites/$project/$name"; done
fi
m end
