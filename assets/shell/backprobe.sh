# Prints what others have migrated since the release $to of a site became live last, by $history: "since RECORD", the first of $records since then, "takes APP.NAME" for each migration that was applied, and of the
# releases that did so what their reports in $about say of these: lines "pending APP.NAME", "plan irreversible TEXT" and "plan parts".
# shellcheck disable=SC2154
at=$(awk -v to="$to" '$1 == to { at = $2 } END { gsub(/[-:]/, "", at); print at }' "$history" 2>/dev/null)
[ ! "$at" ] || find "$records" -maxdepth 1 -type f -printf '%f\n' 2>/dev/null | sort | awk -v at="$at" '$0 >= at' | {
	first=since
	while read -r name; do
		[ "${name#*-}" != "$to" ] || continue # what it has removed itself, when it was live
		[ ! "$first" ] || echo "since $name"
		first=
		sed -n 's/^applied /takes /p' "$records/$name"
		sed -n -e '/^pending /p' -e '/^plan irreversible/p' -e '/^plan parts/p' "$about/${name#*-}.checked" 2>/dev/null
	done
}
