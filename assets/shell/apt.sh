# holder FILE prints who holds apt's or dpkg's lock FILE: "unattended-upgr (process 812)".
holder() {
	inode=$(stat -c %i "$1" 2>/dev/null) || return 0
	while read -r _ _ _ _ pid place _; do
		# By the number alone it could be a file of another disk, locked by anybody.
		case $place in *:"$inode") [ -O "/proc/$pid" ] && read -r comm <"/proc/$pid/comm" && echo "$comm (process $pid)" && return ;; esac
	done </proc/locks
}

# wait_for_locks waits for others' apt and dpkg, ten minutes at most, and says for whom.
wait_for_locks() {
	for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
		waited=0 told=
		while who=$(holder "$lock"); [ "$who" ]; do
			[ "$who" = "$told" ] || echo "waits: $lock is held by $who"
			told=$who
			[ "$waited" -lt 600 ] || { echo "$lock is still held by $who after ten minutes"; return 1; }
			sleep 1
			waited=$((waited + 1))
		done
	done
}

apt() {
	apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
		-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# install_packages NAME... mends what an interrupted dpkg left and installs what is missing. That is noted: packages that were there before are nobody's to take away.
install_packages() {
	export NEEDRESTART_MODE=a NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none LC_ALL=C.UTF-8
	wait_for_locks
	dpkg --force-confdef --force-confold --configure -a
	if [ ! -e "$stage/updated" ]; then # once a run
		apt update
		: >"$stage/updated"
	fi
	wait_for_locks
	[ $# = 0 ] || printf '%s\n' "$@" >>"$state/packages"
	apt install -f --no-install-recommends --no-upgrade "$@"
}

# half_made puts a PostgreSQL cluster aside whose making was cut off with an earlier run: it is younger than
# that run, and without pg_control, so that no server has ever run on it. Its package makes it anew.
half_made() {
	[ -e "$state/due/packages" ] || return 0
	for conf in /etc/postgresql/*/main; do
		data=/var/lib/postgresql/${conf#/etc/postgresql/}
		[ -d "$data" ] && [ ! -e "$data/global/pg_control" ] || continue
		[ "$(find "$conf" -maxdepth 0 -newer "$state/due/packages")" ] || continue
		aside=/var/lib/postgresql/half-made.$stamp
		mkdir -m 0700 "$aside"
		mv "$data" "$aside/data"
		mv "$conf" "$aside/conf"
		echo "a PostgreSQL cluster that was made by half is put aside: $aside"
	done
}
