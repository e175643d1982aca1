# lock_holder prints who holds the host's lock: "PID STARTED WHO" of a run of djship's, told by what it
# has noted and by its start; "PID - PROGRAM" of any other process; nothing where the lock is free.
lock_holder() {
	if read -r noted began who 2>/dev/null </run/djship/holder && [ "$began" ] && [ "$began" = "$(started "$noted")" ]; then
		printf '%.300s\n' "$noted $began $who"
		return
	fi
	inode=$(stat -c %i /run/djship/lock 2>/dev/null) || return 0
	! flock -n -s /run/djship/lock true || return 0
	for holding in $(grep -ls "^lock:.* FLOCK .*:$inode " /proc/[0-9]*/fdinfo/*); do
		holding=${holding#/proc/}
		echo "${holding%%/*} - $(head -c 100 "/proc/${holding%%/*}/comm" 2>/dev/null)"
		return
	done
}
