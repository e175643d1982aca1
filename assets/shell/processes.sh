# The processes of a release of $site beside its gunicorn, its workers. Those of slot a are a group of supervisord's, "SITE-a7", where 7 counts all that were begun: what was told to
# end has up to ten minutes for what it still does, and nothing waits for that. Root has written the group's text, with @GROUP@ for its name, to $own/about/ID.programs, whose
# head names the processes, and those that may never run twice. $with is the file with the values of `djship config` that they are tried with, "" for those that count. It needs supervise.sh before it.
# shellcheck disable=SC2154
ending=/run/djship/ending-$site processes='' died=''

# groups SLOT prints the groups of a slot that have a file: in its place, or aside as that of a slot that nginx is not led to.
groups() {
	for file in "/etc/supervisor/$site-$1"[0-9]*.conf "/etc/supervisor/$site-$1"[0-9]*.conf.waits; do
		[ ! -f "$file" ] || { file=${file##*/} && echo "${file%%.conf*}"; }
	done
}
groups_aside() { for group in $(groups "$1"); do [ ! -f "/etc/supervisor/$group.conf" ] || mv -f "/etc/supervisor/$group.conf" "/etc/supervisor/$group.conf.waits" || return; done; }
groups_there() { for group in $(groups "$1"); do [ -f "/etc/supervisor/$group.conf" ] || mv -f "/etc/supervisor/$group.conf.waits" "/etc/supervisor/$group.conf" || return; done; }

# in_head KEY GROUP prints what the head of a group's file has: "processes", "single" or "release".
in_head() { cat "/etc/supervisor/$2.conf" "/etc/supervisor/$2.conf.waits" 2>/dev/null | sed -n "s/^; $1 //p"; }

# begin_processes SLOT begins those of the release $id, and waits until all have run for as long as shows that they can. Else it fails, with $why, and the process that $died.
begin_processes() {
	programs=$own/about/$id.programs counter=$own/about/.groups number=0 died='' why='supervisord does not take its processes'
	[ -s "$programs" ] || return 0
	forget_ended
	logged=$(as "$site" sh -c 'cd "$1" && stat -c "%n %s" -- *.log' sh "/webapps/${site}_project/logs" </dev/null 2>/dev/null | head -c 65536)
	{ read -r number; } 2>/dev/null <"$counter"
	number=$((${number:-0} + 1))
	begun=$site-$1$number
	echo "$number" | cat >"$counter" || return
	[ ! "$(sed -n 's/^; single //p' "$programs")" ] || pause_single || return
	sed "s/@GROUP@/$begun/g${with:+;s/DJSHIP_RELEASE=\"[^\"]*\"/&,DJSHIP_CONFIG=\"$with\"/}" "$programs" | cat >"/etc/supervisor/$begun.conf" && begin_program "$begun" && groups_aside "$1" && came_up "$begun"
}

# came_up GROUP waits until all of a group run.
came_up() {
	waited=0 processes=''
	for process in $(in_head processes "$1"); do
		while :; do
			said=$(program_state "$1:$process")
			case $said in
			RUNNING*) break ;;
			STARTING* | ABSENT* | STOPPED*) why="supervisord does not start the process $process" ;;
			*) waited=300 why="the process $process ends as it begins" ;;
			esac
			waited=$((waited + 1))
			[ "$waited" -lt 300 ] || { died=$process; return 1; }
			sleep 0.1
		done
		processes="$processes ${said#* }:$process"
	done
}

# process_ended tells whether one of those that came up last is no more, the one that $died.
process_ended() {
	for process in $processes; do
		[ -e "/proc/${process%%:*}" ] || { died=${process#*:} && return; }
	done
	return 1
}

# tell_why prints what was logged last of what has failed: of the process that died, or of gunicorn.
tell_why() { if [ "$died" ]; then tell_process; else tell_logs; fi; }

# tell_process prints the end of what has been logged of the process that died since this began: the last traceback, where there is one, as the process of the same
# name that is live writes into that log, too.
tell_process() {
	log=${died%-[0-9]*}.log
	from=$(printf '%s\n' "$logged" | sed -n "s/^$log \([0-9]\{1,15\}\)\$/\1/p" | tail -n 1)
	as "$site" sh -c '[ -f "$1" ] && [ ! -L "$1" ] && timeout 10 tail -c "+$(($2 + 1))" "$1" | tail -c 65536' sh "/webapps/${site}_project/logs/$log" "${from:-0}" </dev/null 2>/dev/null |
		timeout --foreground 12 head -c 65536 | tr '\0' ' ' | grep -v '^[[:space:]]*$' |
		awk '/^Traceback / { last = ""; within = 1 }
			within && /^(Traceback | )/ { last = last $0 "\n" }
			within && /^[A-Za-z_][A-Za-z0-9_.]*(:|$)/ { last = last $0 "\n"; within = 0 }
			{ all = all $0 "\n" }
			END { printf "%s", last ? last : all }' | tail -n 8
}

# end_groups GROUP... tells all that a group runs to end, and waits for none of it.
end_groups() {
	for group; do
		echo "$group $(in_head release "$group") $(in_head single "$group")" | cat >>"$ending" || return
		rm -f "/etc/supervisor/$group.conf" "/etc/supervisor/$group.conf.waits"
		rpc stopProcessGroup "$group" false >/dev/null
		# Who has to be asked by a client would wait.
		[ $? != 3 ] || setsid timeout -k 2 900 /usr/local/bin/supervisorctl -c /etc/supervisord.conf stop "$group:*" </dev/null >/dev/null 2>&1 &
	done
	forget_ended
}

# forget_ended has supervisord forget the groups that have ended.
forget_ended() {
	[ -s "$ending" ] || return 0
	while read -r group rest; do
		said=$(rpc removeProcessGroup "$group" </dev/null)
		case $?:$said in
		0:* | *:BAD_NAME*) ;;
		3:*) control remove "$group" >/dev/null 2>&1 || echo "$group $rest" ;;
		*) echo "$group $rest" ;;
		esac
	done <"$ending" >"$ending.new"
	mv -f "$ending.new" "$ending"
}

# single prints "GROUP:PROCESS" of each that may never run twice, of all groups but $begun, which is about to run, and of those that are ending.
single() {
	for group in $(groups a) $(groups b); do
		[ "$group" = "$begun" ] || for process in $(in_head single "$group"); do echo "$group:$process"; done
	done
	[ ! -s "$ending" ] || while read -r group _ rest; do for process in $rest; do echo "$group:$process"; done; done <"$ending"
}

# pause_single ends what may not run beside another of its kind, and waits for it: a minute by its file.
pause_single() {
	waited=0
	for process in $(single); do
		rpc stopProcess "$process" false >/dev/null
		[ $? != 3 ] || control stop "$process" >/dev/null 2>&1
		while case $(program_state "$process") in STOPPED* | EXITED* | FATAL* | ABSENT*) false ;; *) true ;; esac do
			waited=$((waited + 1))
			[ "$waited" -lt 900 ] || { why="$process does not end, and may not run twice"; return 1; }
			sleep 0.1
		done
	done
}

# resume SLOT starts of a slot's processes those that do not run, when what may not run twice runs nowhere else.
resume() {
	for begun in $(groups "$1"); do
		[ ! "$(in_head single "$begun")" ] || pause_single || { echo "$why"; return 1; }
		for process in $(in_head processes "$begun"); do
			case $(program_state "$begun:$process") in
			RUNNING* | STARTING* | STOPPING*) ;;
			*)
				said=$(rpc startProcess "$begun:$process" false)
				[ $? != 3 ] || control start "$begun:$process" >/dev/null
				;;
			esac
		done
	done
}

# mend_processes SLOT makes the processes of a slot that answers what its release $id has noted; its gunicorn goes on.
mend_processes() {
	had=$(groups "$1") begun=
	case $(processes_wrong "$site" "$1" "$id") in
	'') return ;;
	changed)
		# shellcheck disable=SC2086
		begin_processes "$1" && groups_there "$1" && { end_groups $had; return; }
		for group in $(groups "$1"); do
			case "$nl$had$nl" in *"$nl$group$nl"*) ;; *) end_groups "$group" ;; esac
		done
		groups_there "$1" && resume "$1"
		;;
	*)
		resume "$1" || return
		for group in $had; do came_up "$group" || break; done
		[ "$died" ] || return 0
		;;
	esac
	echo "$why"
	tell_why
	return 1
}
