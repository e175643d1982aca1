# Runs what a release does to its database, as $site's account, with the $variables of the $release and djship's programs for releases in $overlay; $done is there when it is. It needs opentransactions.sh, and traced.sh, with its $end_of_traced.
# shellcheck disable=SC2016,SC2154
in_release() { as "$site" env DJSHIP_RELEASE="$release" bash -c 'source "$0" && exec "$@"' "$variables" "$@"; }

# shortly COMMAND runs one in the release, and has its tracebacks shorter; $stage/applying has the name of the migration that was at work at the end.
shortly() {
	rm -f "$stage/applying" "$stage/ended"
	{ in_release "$@" 2>&1 && status=0 || status=$?; echo "$status" >"$stage/ended"; printf '\n%s\n' "$end_of_traced"; } | traced "$stage/applying"
	read -r status <"$stage/ended" && return "$status"
}

# failed WHAT says it, and notes it of the release.
failed() { echo "$1 failed" | tee "${done%.migrated}.failed"; }

# standing tells djship_migrate.py what is open on the database, and when nothing further is to begin.
standing() {
	open_transactions
	echo end
	until [ -e "$stage/stop" ] || [ -e "$stage/ended" ]; do sleep 0.2; done
	echo stop
}

# attempt [again] migrates once.
attempt() {
	rm -f "$stage/ended"
	standing 2>/dev/null | shortly python "$overlay/djship_migrate.py" ${1:+again=yes}
}

# migrate runs what is pending. Where a lock was in the way, and so nothing of that migration is left, it is tried again for five minutes.
migrate() {
	end=$(($(date +%s) + 300)) pause=2 again=
	until attempt "$again"; do
		read -r status <"$stage/ended"
		case $status in
		73) echo 'its migrations were not begun' | put_for "$site" "${done%.migrated}.failed" && echo 'the release before goes on serving'; return 1 ;;
		74) echo 'the same push goes on there'; return 1 ;;
		esac
		if [ "$status" != 75 ] || [ $(($(date +%s) + pause)) -gt "$end" ]; then
			[ "$status" != 75 ] || echo 'it was tried for five minutes'
			read -r applying 2>/dev/null <"$stage/applying" && failed "migration $applying"
			echo 'the migration failed; the release before goes on serving. Mend it, then push again'
			return 1
		fi
		echo "waits: the migration is tried again in $pause s"
		sleep "$pause"
		[ ! -e "$stage/stop" ] || { echo 'stopped between two tries: nothing of that migration is applied'; return 1; }
		pause=$((pause * 2)) again=yes
		[ "$pause" -lt 60 ] || pause=60
	done
}

# manage LINE runs a command of manage.py, given as a line of shell.
manage() { shortly bash -c "exec python manage.py $1" </dev/null || { failed "manage.py $1"; return 1; }; }

# line LINE runs a line of bash.
line() { shortly bash -c "$1" </dev/null || { failed "release: $1"; return 1; }; }
