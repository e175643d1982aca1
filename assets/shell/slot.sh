# Has the release $id of $site, "0" for what is in its home, answer in the place of what answers now, without a request being lost: it is started in a slot of its own, asked there,
# and nginx is led to it; what answered before ends when it has nothing to do any more. Where it answers already it is made sure of, or with $fresh taken over by a new process.
# $domain and $health are what it is asked for, at its own socket by $known_as, where a site is on the way to another domain; $health_static is a static file or "". It is watched for $hold seconds, and where it is worse than what was before that is put back.
# $try is the file in $config with the values that it is tried with, "" for those that count; where it stays, these count then: the function $keep sees to that, config_keep of config.sh.
# $held has it wait for the time in which a password changes that what answered before and what comes each have another one of: turn of rotatepassword.sh leads nginx there then.
# $root is root's folder for the site's releases, $served that of their static files, $frugal_note where it is
# noted that gunicorn begins with one worker, $maintenance what is there while the site is in maintenance. It needs static_union.sh, supervise.sh, slotconf.sh, slotask.sh, slotwatch.sh, supervised.sh, processprobe.sh, processes.sh and traced.sh before it. The prelude's $stage is a folder of root's, gone at the end.
sockets=/webapps/.sockets own=$root home=/webapps/${site}_project
scheme=http asked=0 deaths=0 requests=0 errors=0 slowest='' requests_before=0 errors_before=0
boot=60 # seconds until it answers for the first time
drain=20 # seconds that requests have to end, beyond those that gunicorn gives them

program() { case $1 in 0) echo "$site" ;; *) echo "$site-$1" ;; esac; }
conf() { echo "/etc/supervisor/$(program "$1").conf"; }
# aside SLOT is where the file of a slot waits that nginx is not led to: one that supervisord has read and does not find at a boot, so that the live one comes up alone.
aside() { case $1 in 0) echo "$(conf 0).zero" ;; *) echo "$(conf "$1").waits" ;; esac; }
put_aside() { groups_aside "$1" && { [ ! -f "$(conf "$1")" ] || mv -f -- "$(conf "$1")" "$(aside "$1")"; }; }
put_there() { groups_there "$1" && { [ -f "$(conf "$1")" ] || [ ! -f "$(aside "$1")" ] || mv -f -- "$(aside "$1")" "$(conf "$1")"; }; }
socket() { echo "$sockets/$site-$1.sock"; }
# live prints the slot that nginx is led to.
live() { case $(readlink "$sockets/$site.sock") in "$site-0.sock") echo 0 ;; "$site-a.sock") echo a ;; "$site-b.sock") echo b ;; esac; }
# runs SLOT prints which release a slot's program runs.
runs() {
	release=
	[ "$1" = 0 ] || { put=$(conf "$1") && [ -f "$put" ]; } || put=$(aside "$1")
	[ "$1" = 0 ] || release=$(release_in "$put")
	echo "${release:-0}"
}
lay_link() { ln -sfn -- "$1" "$2.new" && mv -fT -- "$2.new" "$2"; }

# lead SLOT has nginx, and shells, look at a slot.
lead() {
	put_there "$1" && lay_link "$site-$1.sock" "$sockets/$site.sock" || return
	for slot in 0 a b; do [ "$slot" = "$1" ] || put_aside "$slot" || return; done
	release=$(runs "$1")
	if [ "$release" = 0 ]; then
		rm -f "$own/current"
	elif [ -d "$own/releases/$release" ]; then
		lay_link "releases/$release" "$own/current"
		[ ! -d "$own/static/$release" ] || join_static "$release" replace
	fi
}

# busy SLOT prints how many connections wait to be taken, and how many have been: sockets of a path that wait have the state 02, those taken 03.
busy() { awk -v "path=$(socket "$1")" '$8 == path { if ($6 == "02") q++; else if ($6 == "03") n++ } END { print q + 0, n + 0 }' /proc/net/unix; }

# quiet SLOT waits until nobody is connected any more; one who was on the way there comes soon.
quiet() {
	rest=0 end=$(($(date +%s) + drain))
	while [ "$rest" -lt 5 ] && [ "$(date +%s)" -lt "$end" ]; do
		case $(busy "$1") in '0 0') rest=$((rest + 1)) ;; *) rest=0 ;; esac
		sleep 0.05
	done
}

# close_slot SLOT [now] ends a slot that nginx is not led to, when it is quiet, or where nobody has been led there at once. That of the site's own home keeps its file, under another name.
close_slot() {
	name=$(program "$1")
	# shellcheck disable=SC2046
	end_groups $(groups "$1")
	if [ "$1" = 0 ]; then put_aside 0; else rm -f "$(conf "$1")" "$(aside "$1")"; fi
	case $(program_state "$name") in ABSENT*) rm -f "$(socket "$1")"; return ;; esac
	[ "${2-}" ] || quiet "$1"
	end_program "$name" "${2-}" && rm -f "$(socket "$1")"
}

# write_conf SLOT FROM writes a slot's file by that of another.
write_conf() {
	case $id in 0) as_release= ;; *) as_release=$id ;; esac
	from=$(conf "$2")
	[ ! -e "$(conf 0).zero" ] || { [ "$1" != 0 ] && [ -f "$from" ]; } || from=$(conf 0).zero
	[ -f "$from" ] || { echo "there is no $from to make $(conf "$1") of: \`djship deploy $site $domain\` puts one there"; return 1; }
	to=/etc/supervisor/.$(program "$1").djship-new
	program_for "$(program "$1")" "$(socket "$1")" "$as_release" "$with" <"$from" >"$to" && chmod 0644 "$to" || { rm -f "$to"; return 1; }
	[ "$1" != 0 ] || written "$(sha256sum <"$to" | cut -d' ' -f1)" "$(conf 0)" || return
	mv -f "$to" "$(conf "$1")"
}

# frugal tells whether memory does not suffice for another $1's workers, of a process $1 with its children.
frugal() {
	kb=0
	for process in "$1" $(workers "$1"); do
		kb=$((kb + $(awk '/^Pss:/ { s += $2 } END { print s + 0 }' "/proc/$process/smaps_rollup" 2>/dev/null || echo 0)))
	done
	available=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
	[ "$kb" -gt 0 ] && [ "$available" -lt $((kb * 5 / 4 + 32768)) ]
}

# through_nginx asks the site as a visitor does.
through_nginx() {
	[ "$front" ] || return 0
	asked=$((asked + 1))
	answered=$(ask "$front" "$domain" "$health" http 20 0) || return
	case $answered in 5*) return 1 ;; esac
}

# find_front sets where nginx listens, "" where it does not now: it is asked for what it has an answer to by itself.
find_front() {
	for at in 127.0.0.1 $(hostname -I); do
		case $at in *:*) at="[$at]" ;; esac
		front=$at:80
		! ask "$front" "$domain" /static/.djship http 2 0 >/dev/null || return 0
	done
	front=
}

# start_slot SLOT FROM starts a slot and waits until it answers; else nothing of it is left.
start_slot() {
	name=$(program "$1")
	close_slot "$1" && write_conf "$1" "$2" && begin_program "$name" && put_aside "$1" || { close_slot "$1" now; return 1; }
	[ "$front" ] || find_front
	new_pid=0 tries=0
	while [ "$new_pid" = 0 ] && [ "$tries" -lt 50 ]; do
		said=$(program_state "$name")
		case $said in STARTING* | RUNNING*) new_pid=${said#* } ;; *) sleep 0.1 ;; esac
		tries=$((tries + 1))
	done
	why=$(fit "$1") && { [ "$held" ] || begin_processes "$1"; } && return
	echo "$(called "$id") does not come up: $why"
	close_slot "$1" now
	tell_why | unshown
	return 1
}

# fit SLOT tells whether a slot can be shown to visitors. One whose password is still to come has to answer, whatever that is.
fit() {
	[ ! "$held" ] || { ask "$(socket "$1")" "$known_as" /static/.djship "$scheme" "$boot" "$new_pid"; return; }
	healthy "$(socket "$1")" "$known_as" "$health" "$scheme" "$boot" "$new_pid" && lasts "$1"
}

# lasts SLOT asks once more, for a static file as well, and tells whether the workers are still there: code may end its process behind an answer.
lasts() {
	begun=$(workers "$new_pid")
	healthy "$(socket "$1")" "$known_as" "$health" "$scheme" 20 "$new_pid" || return
	sleep 0.2 & # for its end to be seen
	static_there "$1" || return
	wait "$!"
	for worker in $begun; do
		[ -e "/proc/$worker" ] || renews || { echo "a worker of gunicorn ends behind its first answers"; return 1; }
	done
}

# static_there SLOT asks for a static file: of nginx, where that serves it, else of the slot.
static_there() {
	[ "$health_static" ] || return 0
	case $health_static in
	/static/*) [ ! "$front" ] || { healthy "$front" "$domain" "$health_static" http 20 0; return; } ;;
	esac
	healthy "$(socket "$1")" "$known_as" "$health_static" "$scheme" 20 "$new_pid"
}

# unshown passes on what has been logged, without the values that it is tried with.
unshown() { if [ "$try" ]; then config_file mask "$config/$try"; else cat; fi; }

# tell_logs prints the end of what gunicorn has logged since this began, each line once: it logs why a worker fails more than once.
tell_logs() {
	as "$site" sh -c '[ -f "$1" ] && [ ! -L "$1" ] && timeout 10 tail -c "+$(($2 + 1))" "$1" | tail -c 65536' sh "$home/logs/gunicorn.log" "$log_end" </dev/null 2>/dev/null |
		timeout --foreground 12 head -c 65536 | tr '\0' ' ' | grep -v -e '\[INFO\]' -e '\[ERROR\] Exception in worker process$' -e 'Worker (pid:.*exited' -e 'Shutting down: Master' -e '^During handling of' -e '^$' |
		awk '/^Traceback / { text = ""; within = 1 }
			!within { print; next }
			{ text = text $0 "\n" }
			/^[^ T]|^T[^r]/ { if (!/HaltServer/) printf "%s", text; within = 0 }' | traced | awk '!said[$0]++' | tail -n 8
	tail -c "+$((program_end + 1))" "/var/log/supervisor/$site.log" 2>/dev/null | tail -n 3
}

# note healthy|failed [WHY] writes down what became of the release; of those that were healthy there is a history, which has what is in the home, too.
note() {
	[ -d "$own/about" ] || return 0
	[ ! "$try" ] || [ "$1" = healthy ] || return 0 # the values were wrong, not the release
	now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	[ "$id" = 0 ] || { echo "state $1"; echo "since $now"; [ ! "${2-}" ] || printf 'why %s\n' "$2" | head -n 1; } | put_for "$site" "$own/about/$id.state" || return
	[ "$1" != healthy ] || echo "$id $now" | cat >>"$own/about/.history"
}

# be_frugal notes, for what gunicorn reads as it begins and for a run after this one, that it begins with one worker and is to have so many.
be_frugal() { mkdir -p "${frugal_note%/*}" && echo "$usual_workers" >"$frugal_note"; }

# grow brings a gunicorn that was begun with one worker to as many as the one before had.
grow() {
	rm -f "$frugal_note"
	tries=0
	case $(tr '\0' ' ' 2>/dev/null <"/proc/$new_pid/cmdline") in *gunicorn*) ;; *) return 0 ;; esac
	while [ "$(workers "$new_pid" | wc -w)" -lt "$usual_workers" ] && [ "$tries" -lt "$usual_workers" ]; do
		kill -s TTIN "$new_pid" || return 0
		tries=$((tries + 1))
		sleep 0.3
	done
}

# go_back leads nginx to the slot before, which is started again where it has ended.
go_back() {
	with=
	[ ! "$turned" ] || turn_back || return
	if [ "$old" ]; then
		[ ! "$frugal" ] || be_frugal
		case $(program_state "$(program "$old")") in
		RUNNING*) ;;
		*)
			id=$before
			start_slot "$old" "$new" || { rm -f "$frugal_note"; return; }
			;;
		esac
		lead "$old" && close_slot "$new" && resume "$old" && echo "$(called "$before") answers again"
		[ ! "$frugal" ] || grow
	fi
}

# called RELEASE is what people call it.
called() { [ "$1" = 0 ] && echo "what is in the site's home" || echo "release $1"; }

# switch makes $new the slot that answers, in the place of $old.
switch() {
	said=$(program_state "$(program "${old:-0}")") old_pid=${said#* }
	usual_workers=$(workers "$old_pid" | wc -w)
	if [ "$old_pid" != 0 ] && frugal "$old_pid"; then
		frugal=yes
		be_frugal
		echo 'memory is short: the new gunicorn begins with one worker'
	fi
	start_slot "$new" "${old:-0}" || {
		rm -f "$frugal_note"
		note failed "$why"
		resume "${old:-0}"
		tried=$(called "$id")
		[ "$id" != "$before" ] || tried='the new process'
		[ ! "$old" ] || echo "$tried has answered nobody; $(called "$before") goes on${try:+, with the values before}"
		return 1
	}
	watch_log
	if [ "$held" ]; then
		turn || { go_back; return 1; }
	else
		lead "$new" || return
	fi
	if [ "$frugal" ]; then
		close_slot "$old" && grow || return
	fi
	keep_watch || return
	[ ! "$with" ] || { "$keep" && with='' turned=''; } || return
	[ ! "$old" ] || [ "$frugal" ] || close_slot "$old"
}

# keep_watch is the time in which what is new has to prove itself; where it does not, what was before is put back.
keep_watch() {
	known_workers=$(workers "$new_pid")
	[ "${usual_workers:-0}" -ge 1 ] || usual_workers=$(echo "$known_workers" | wc -w)
	if through_nginx && hold_on; then
		note healthy
		return
	fi
	[ -e "$stage/slot.why" ] || echo "asked through nginx: $answered" >"$stage/slot.why"
	watched
	cat "$stage/slot.why"
	[ -e "$stage/slot.wanted" ] || tell_why | unshown
	id_failed=$id
	go_back
	id=$id_failed
	note failed "$(cat "$stage/slot.why")"
	return 1
}

# close_others ends all slots but $1 and $2: of a run that was cut off.
close_others() {
	for slot in 0 a b; do
		[ "$slot" = "$1" ] || [ "$slot" = "$2" ] || close_slot "$slot" || return
	done
}

# find_old sets $old, the slot that is live; where the link is gone, the one that runs the release that is live for shells.
find_old() {
	old=$(live)
	[ ! "$old" ] || return 0
	current=$(readlink "$own/current") || current=releases/0
	for slot in a b 0; do
		[ ! -f "$(conf "$slot")" ] && [ ! -f "$(aside "$slot")" ] || [ "$(runs "$slot")" != "${current##*/}" ] || { old=$slot; return; }
	done
}

# find_before sets $old and $before, the slot and the release that were live before $new: a run that was cut off has left the slot, or the history tells.
find_before() {
	old=
	for slot in 0 a b; do
		[ "$slot" = "$new" ] || { [ ! -f "$(conf "$slot")" ] && { [ "$slot" = 0 ] || [ ! -f "$(aside "$slot")" ]; }; } || old=$slot
	done
	[ ! "$old" ] || { before=$(runs "$old"); return 0; }
	before=$(grep -v "^$id " "$own/about/.history" 2>/dev/null | tail -n 1)
	before=${before%% *}
	[ "$before" ] && [ -d "$own/releases/$before" ] || before=0
	case $before$new in 0*) [ ! -f "$(aside 0)" ] || old=0 ;; *a) old=b ;; *) old=a ;; esac
}

# make_sure has the slot that answers already be all that answers.
make_sure() {
	new=$old
	said=$(program_state "$(program "$new")") new_pid=${said#* }
	find_before
	lead "$new" || return
	if [ "$id" != 0 ] && ! grep -qx 'state healthy' "$own/about/$id.state" 2>/dev/null; then
		find_front
		watch_log
		keep_watch || return
	fi
	close_others "$new" '' && mend_processes "$new" || return
	[ -e "$frugal_note" ] || return 0
	read -r usual_workers <"$frugal_note"
	grow
}

hold supervisord_there || { echo 'supervisord does not answer'; exit 1; }
log_end=$(as "$site" stat -c %s "$home/logs/gunicorn.log" 2>/dev/null </dev/null) || log_end=0
program_end=$(stat -c %s "/var/log/supervisor/$site.log" 2>/dev/null) || program_end=0
case $log_end in '' | *[!0-9]*) log_end=0 ;; esac
front='' frugal='' why='' with=$try turned=''
find_old
before=$(runs "${old:-0}")
was=$before
[ -e "$(socket "${old:-0}")" ] && case $(program_state "$(program "${old:-0}")") in RUNNING*) true ;; *) false ;; esac || fresh=yes
if [ "$before" = "$id" ] && [ ! "$fresh" ]; then
	make_sure || exit
else
	close_others "$old" '' || exit
	rm -f "$frugal_note"
	case $id$old in
	00)
		new=a hold_for=$hold hold=0
		[ ! "$try" ] || hold=$hold_for hold_for=0 # what is tried is watched before it counts
		;;
	0*) new=0 ;;
	?*a) new=b ;;
	*) new=a ;;
	esac
	switch || exit
	if [ "$id$old" = 00 ]; then # and back into its own place
		old=a new=0 hold=$hold_for
		switch || exit
	fi
fi
echo "switch before=$was requests=$requests errors=$errors${slowest:+ slowest=$slowest}"
