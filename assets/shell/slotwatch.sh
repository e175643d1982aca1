# What visitors of $domain, which $site has, get, by the log that nginx writes for djship, "SECONDS STATUS DURATION" a line and one word more where djship has asked itself, or else by its access log in nginx's own format. $new_pid is
# the gunicorn that answers now with the release $id, which lies below $own, $usual_workers how many it should have, and $answered what nginx has answered last. $old is the slot of what was $before, "" for none; $died is the process that process_ended finds to be no more. $maintenance is there while the site is in maintenance.
timing_log=/var/log/nginx/$domain.timing.log access_log=/var/log/nginx/$domain.access.log

# watch_log begins to watch: it notes where the log ends, and what share of the requests before had failed.
watch_log() {
	log=$access_log
	! grep -qsF "$timing_log" "/etc/nginx/sites-enabled/$domain" || log=$timing_log
	# In maintenance visitors meet neither this release nor the one before.
	[ -f "$log" ] && [ ! -e "$maintenance" ] || log=
	log_mark=
	[ "$log" ] || return 0
	log_mark=$(stat -c '%i %s' "$log")
	# shellcheck disable=SC2046
	set -- $(tail -c 262144 "$log" | sed 1d | visits)
	requests_before=${1:-0} errors_before=${2:-0}
}

# watched sets requests, errors and slowest by what was logged since. A log may have been rotated meanwhile.
watched() {
	requests=0 errors=0 slowest='' own_visits=0
	[ "$log" ] || return 0
	# shellcheck disable=SC2046
	set -- $(
		inode=${log_mark% *} from=${log_mark#* }
		[ "$(stat -c %i "$log" 2>/dev/null)" = "$inode" ] && { tail -c +"$((from + 1))" "$log" | visits; exit; }
		{
			[ "$(stat -c %i "$log.1")" != "$inode" ] || tail -c +"$((from + 1))" "$log.1"
			cat "$log"
		} 2>/dev/null | visits
	)
	requests=${1:-0} errors=${2:-0} own_visits=${3:-0} slowest=${4:-}
	# A log that does not tell djship's own from those of visitors has them, too.
	[ "$own_visits" != 0 ] || requests=$((requests > asked ? requests - asked : 0))
	[ "$requests" != 0 ] || slowest=
}

# visits counts lines of the log, but for those of djship's own that tell so by a fourth word: "REQUESTS ERRORS OWN SLOWEST".
visits() {
	awk '
		NF == 3 && $2 ~ /^[1-5][0-9][0-9]$/ { n++; if ($2 >= 500) e++; if ($3 > slow) slow = $3; timed = 1; next }
		NF == 4 && $2 ~ /^[1-5][0-9][0-9]$/ { own++; next }
		match($0, /" [1-5][0-9][0-9] /) { n++; if (substr($0, RSTART + 2, 1) == "5") e++ }
		END { print n + 0, e + 0, own + 0, timed ? slow + 0 : "" }'
}

# workers prints the children of a process.
workers() { cat "/proc/$1/task/$1/children" 2>/dev/null; }

# renews tells whether gunicorn is told to begin workers anew after so many requests.
renews() {
	tr '\0' '\n' 2>/dev/null <"/proc/$new_pid/cmdline" | grep -q 'max[-_]requests' || tr '\0' '\n' 2>/dev/null <"/proc/$new_pid/environ" | grep -q 'max[-_]requests' ||
		[ "$(find "$own/releases/$id" -maxdepth 2 -name gunicorn.conf.py -type f -exec grep -ls max_requests {} + 2>/dev/null)" ]
}

# worse tells, and says why, whether visitors get more errors than before, or workers die: not those that gunicorn renews, which have been asked for much.
worse() {
	watched
	if [ "$errors" -ge 3 ] && [ $((errors * 100 * (requests_before + 1))) -gt $((requests * (2 * 100 * errors_before + requests_before + 1))) ] ||
		{ [ "$errors" -ge 1 ] && [ $((errors * 2)) -ge "$requests" ] && [ $((errors_before * 4)) -le "$requests_before" ]; }; then
		echo "$errors of $requests requests since the switch were answered with an error (5xx), before it $errors_before of $requests_before" >"$stage/slot.why"
		return 0
	fi
	[ -e "/proc/$new_pid" ] || { echo 'its gunicorn has ended' >"$stage/slot.why"; return 0; }
	! process_ended || { echo "the process $died has ended soon after it had begun" >"$stage/slot.why"; return 0; }
	now=$(workers "$new_pid")
	for worker in $known_workers; do
		case " $now " in *" $worker "*) ;; *) deaths=$((deaths + 1)) ;; esac
	done
	known_workers=$now
	[ $((deaths * 2)) -ge "$usual_workers" ] && [ "$deaths" -ge 1 ] && { [ "$requests" -lt $((deaths * 50)) ] || ! renews; } &&
		echo "$deaths workers of gunicorn have died since the switch" >"$stage/slot.why"
}

# wanted_back tells, and says by whom, whether a run that waits for the host's lock has left word that what was before is to answer again.
wanted_back() {
	[ "$old" ] && { read -r to pid began who <"/run/djship/back-$site"; } 2>/dev/null && [ "$to" = "$before" ] && [ "$(started "$pid")" = "$began" ] || return
	echo "taken back while it was watched, by $who" | tee "$stage/slot.wanted" >"$stage/slot.why"
}

# hold_on watches the new one for $hold seconds, and fails where it is worse than what was before, or that is wanted back.
hold_on() {
	until=$(($(date +%s) + hold))
	while :; do
		! worse || return 1
		for _ in 1 2 3 4 5; do
			! wanted_back || return 1
			[ "$(date +%s)" -lt "$until" ] || return 0
			sleep 0.1
		done
		[ "$(($(date +%s) % 2))" = 0 ] || continue
		through_nginx || { echo "asked through nginx: $answered" >"$stage/slot.why"; return 1; }
	done
}
