# What a plan must know of the host, one "key value" a line.
( . /etc/os-release && printf 'id %s\nlike %s\nversion %s\nname %s\ncodename %s\n' "$ID" "$ID_LIKE" "$VERSION_ID" "$PRETTY_NAME" "$VERSION_CODENAME" ) 2>/dev/null
[ -d /run/systemd/system ] && echo 'init systemd'
[ -e /proc/net/if_inet6 ] && echo 'ipv6 yes'
echo "own $(hostname -I)"
echo "cpus $(nproc)"
echo "machine $(uname -m)"
while read -r key value _; do
	case $key in MemTotal:) echo "memory $value" ;; MemAvailable:) echo "available $value"; break ;; esac
done </proc/meminfo
df -k --output=avail,itotal,iavail,target / /var /opt /webapps 2>/dev/null | while read -r free inodes left mount; do
	echo "disk $free $mount"
	[ "$inodes" -gt 0 ] 2>/dev/null && echo "inodes $left $mount" # some file systems make them as they go
done
while read -r _ mount type options _; do
	case $mount in / | /etc | /opt | /opt/djship | /usr | /usr/local | /var | /var/lib | /var/log | /webapps) echo "mount $type $options $mount" ;; esac
done </proc/self/mounts
echo "python3 $(readlink /usr/bin/python3)"
[ -x /usr/bin/python2 ] && echo 'python2 yes'
pg_find
port=${pg_port:-5432}
# Where there is no cluster the package makes one, on the lowest port that no one listens on and no other
# cluster is set up with.
[ "$pg_cluster" ] || while grep -qs "$(printf ':%04X [0-9A-F]*:0000 0A' "$port")" /proc/net/tcp /proc/net/tcp6 ||
	grep -qs "^[[:space:]]*port[[:space:]]*=\{0,1\}[[:space:]]*'\{0,1\}$port\b" /etc/postgresql/*/*/postgresql.conf; do port=$((port + 1)); done
echo "pgport $port"
[ -e "$state/last" ] && { read -r last <"$state/last"; echo "last $last"; }
for record in "$state"/sites/*; do
	name=${record##*/} domain='' python='' live='' kept=
	case $name in *[!a-z0-9_]*) continue ;; esac
	while read -r key value; do case $key in domain) domain=$value ;; python) python=$value ;; *) kept="${kept}kept $name $key $value$nl" ;; esac; done <"$record"
	[ ! -L "/webapps/.sites/$name/current" ] || live=$(readlink "/webapps/.sites/$name/current")
	live=${live##*/} health=
	[ ! "$live" ] || while read -r key value; do case $key in health) health=$value ;; esac; done <"/webapps/.sites/$name/about/$live"
	echo "site $name ${domain:--} ${python:-0} $live $health"
	printf %s "$kept"
done 2>/dev/null
# The bash scripts have made those of which there is no record.
echo home /webapps/*_*
for due in "$state"/due/*; do [ -e "$due" ] && echo "due ${due##*/}"; done
[ -e "$state/written" ] && sed 's/^/written /' "$state/written"
:
