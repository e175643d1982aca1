# Takes back what was applied to the database of $site since the record $back in $records was made, by the code of the $release that is live, for the release $to, which
# needs what $schema has ("" for not known); $kept has the data of theirs that was kept, $allow goes on without data that was not kept. $about has the notes of releases, and $closed is there where visitors are kept out for it. It needs
# migrate.sh, maintenance.sh and otherdatabase.sh.
# shellcheck disable=SC2154
# feed has what was kept since then, the newest first, come by the pipe $from, each behind a line of JSON with its record.
feed() {
	from=$stage/kept
	rm -f "$from" && mkfifo -m 0600 "$from" || return
	find "$kept" -maxdepth 1 -name '*.gz' -printf '%f\n' 2>/dev/null | sort -r | awk -v since="$back" '$0 >= since' | while read -r name; do { printf '{"record": "%s"}\n' "${name%.gz}" | gzip -c && cat -- "$kept/$name"; } || exit; done >"$from" 2>/dev/null &
}

# migrate_back does it, where there is such a record. Other releases than $to are looked at anew when they are pushed: what is pending for them is not what it was.
migrate_back() {
	if [ "$back" ]; then
		attempts || {
			status=$?
			[ "$status" != 74 ] || echo 'stopped: nothing was taken back'
			case $status in 73 | 74 | 75) [ ! -e "$closed" ] || { open && rm -f -- "$closed" && echo 'visitors of this host meet the site again'; } ;; esac
			return 1
		}
		[ ! -s "$stage/schema" ] || put_for "$site" "$about/$release.schema" <"$stage/schema" || return
	fi
	other_database "$to"
}
