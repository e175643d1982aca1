# processes_wrong SITE SLOT RELEASE prints "changed" where the processes that a slot has are not those that its release has noted, which the slot of what is in the
# site's home has none of, or would not come up at a boot, and else which does not run. The slot is one that nginx is led to. It needs supervised.sh before it.
processes_wrong() {
	set -- "$1" "$2" "/webapps/.sites/$1/about/$3.programs" ''
	for file in "/etc/supervisor/$1-$2"[0-9]*.conf "/etc/supervisor/$1-$2"[0-9]*.conf.waits; do
		[ ! -f "$file" ] || set -- "$1" "$2" "$3" "$4 $file"
	done
	case $4 in
	'') [ ! -s "$3" ] || echo changed; return ;;
	' '*' '* | *.waits) echo changed; return ;;
	esac
	file=${4# } group=${4##*/} group=${group%%.conf*}
	[ -s "$3" ] && [ "$(sed "s/@GROUP@/$group/g" "$3")" = "$(sed 's/,DJSHIP_CONFIG="[^"]*"//' "$file")" ] || { echo changed; return; }
	# shellcheck disable=SC2046
	set -- $(sed -n 's/^; processes //p' "$file" | tr ' ' '\n' | sed "s/^/$group:/")
	runs=$(supervised "$@")
	for process; do
		case $nl$runs in *"${nl}running $process "*) ;; *) echo "${process#*:}"; return ;; esac
	done
}

# processes_of SITE prints "processes" and what is wrong with those of the release that is live. It needs releasein.sh before it.
processes_of() {
	slot=$(readlink "/webapps/.sockets/$1.sock") slot=${slot#"$1-"} slot=${slot%.sock}
	case $slot in a | b) processes_wrong "$1" "$slot" "$(release_in "/etc/supervisor/$1-$slot.conf")" | sed 's/^/processes /' ;; esac
}
