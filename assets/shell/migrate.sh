# Runs what a release does to its database, as $site's account, with the $variables of the $release and djship's programs for releases in $overlay; $done is there when it is. $back is empty, or else a file in $records, as back.sh has it with $to, $schema and $allow; $keeps says what is kept. It needs opentransactions.sh, keep.sh, and traced.sh, with its $end_of_traced.
# shellcheck disable=SC2016,SC2154
in_release() { as "$site" env DJSHIP_RELEASE="$release" bash -c 'source "$0" && exec "$@"' "$variables" "$@"; }

# shortly COMMAND runs one in the release, and has its tracebacks shorter; $stage/applying has the name of the migration that was at work at the end.
shortly() {
	rm -f "$stage/applying" "$stage/ended"
	{ in_release "$@" 2>&1 && status=0 || status=$?; echo "$status" >"$stage/ended"; printf '\n%s\n' "$end_of_traced"; } | traced "$stage/applying"
	[ -e "$stage/ended" ] || echo 137 >"$stage/ended" # it was killed
	read -r status <"$stage/ended" && return "$status"
}

# failed WHAT says it, and notes it of the release.
failed() { echo "$1 failed" | tee "${done%.migrated}.failed"; }

# standing tells djship_migrate.py what is open on the database, and when nothing further is to begin. It ends where nobody is there to be told, whatever has killed them.
standing() {
	open_transactions
	echo end
	told=
	until [ -e "$stage/stop" ] || [ -e "$stage/ended" ]; do
		for word in safe lost; do [ "$told" ] || [ ! -e "$stage/$word" ] || { told=$word && echo "$word"; }; done
		echo tick || return
		sleep 0.2
	done
	echo stop
}

# attempt [again] migrates once; with $back it takes back what was applied since that was noted, see back.sh.
attempt() {
	rm -f "$stage/ended" "${done%/*}"/*.fits # what was found before says nothing any more
	keep_begin || return
	from=/dev/null
	[ ! "$back" ] || feed || return
	standing 2>/dev/null | shortly env DJSHIP_KEEP=4 DJSHIP_KEEPS="$keeps" ${back:+DJSHIP_KEPT=5 "DJSHIP_BACK=$records/$back" "DJSHIP_BACK_TO=$to" "DJSHIP_BACK_SCHEMA=$schema" "DJSHIP_BACK_ALLOW=$allow"} \
		python "$overlay/djship_migrate.py" ${1:+again=yes} 4>"$stage/keep" 5<"$from" && status=0 || status=$?
	keep_end "$status"
	return "$status"
}

# attempts does so for five minutes where a lock is in the way, and so nothing of a migration is left.
attempts() {
	end=$(($(date +%s) + 300)) pause=2 again=
	until attempt "$again"; do
		read -r status <"$stage/ended" || return
		[ "$status" = 75 ] || return "$status"
		[ $(($(date +%s) + pause)) -le "$end" ] || { echo 'it was tried for five minutes'; return 75; }
		echo "waits: the migration is tried again in $pause s"
		sleep "$pause"
		[ ! -e "$stage/stop" ] || { echo 'stopped between two tries: nothing of that migration is applied'; return 74; }
		pause=$((pause * 2)) again=yes
		[ "$pause" -lt 60 ] || pause=60
	done
}

# migrate runs what is pending.
migrate() {
	attempts && { remember_late; return; }
	case $? in
	73) echo 'its migrations were not begun' | put_for "$site" "${done%.migrated}.failed" && echo 'the release before goes on serving' ;;
	74) echo 'the same push goes on there' ;;
	*)
		read -r applying 2>/dev/null <"$stage/applying" && failed "migration $applying"
		echo 'the migration failed; the release before goes on serving. Mend it, then push again'
		;;
	esac
	return 1
}

# remember_late notes what waits until all hosts have switched.
remember_late() { [ ! -s "$stage/waits" ] || put_for "$site" "${done%.migrated}.waits" <"$stage/waits"; }

# remove_late runs what has waited. Where it fails the new release goes on with it being there.
remove_late() {
	attempts || {
		echo "the new release is live, and what was to be removed is still there. The same push tries it again; \`djship log\` has what the database said"
		return 1
	}
	rm -f -- "${done%.migrated}.waits"
}

# manage LINE runs a command of manage.py, given as a line of shell.
manage() { shortly bash -c "exec python manage.py $1" </dev/null || { failed "manage.py $1"; return 1; }; }

# line LINE runs a line of bash.
line() { shortly bash -c "$1" </dev/null || { failed "release: $1"; return 1; }; }
