# Prints what is to be taken back for the release $to of a site to go on as when it became live last, by $history: "since RECORD", the first of $records since then, "takes APP.NAME" for each migration that is applied
# beyond those of then, in the order in which they were, and "lacks APP.NAME" for each of then that was taken back meanwhile. Of the releases that have migrated since it prints what their reports in $about say of
# migrations: lines "pending APP.NAME", "plan irreversible TEXT" and "plan parts". A record is named by its time and the release; what $to has applied itself since, as what it only removes, is a part of how it was.
# shellcheck disable=SC2154
at=$(awk -v to="$to" '$1 == to { at = $2 } END { gsub(/[-:]/, "", at); print at }' "$history" 2>/dev/null)
[ ! "$at" ] || (
	cd "$records" 2>/dev/null || exit 0
	names=$(find . -maxdepth 1 -type f -name '[0-9]*' -printf '%f\n' | sort | awk -v at="$at" '$0 >= at')
	[ "$names" ] || exit 0
	# Names of records are of letters, digits and "-".
	# shellcheck disable=SC2086
	awk -v to="$to" '
		FNR == 1 { own = substr(FILENAME, index(FILENAME, "-") + 1) == to }
		FNR == 1 && !since { split("", was); split("", there) }
		$1 == "before" && (!since || since == FILENAME) { was[$2] = there[$2] = 1 }
		!since && (!own || $1 == "reversed") { since = FILENAME; print "since " since }
		$1 == "applied" { there[$2] = 1; order[$2] = ++n; name[n] = $2; if (own) was[$2] = 1 }
		$1 == "reversed" { delete there[$2] }
		END {
			if (!since) exit
			for (i = 1; i <= n; i++) if (order[name[i]] == i && there[name[i]] && !was[name[i]]) print "takes " name[i]
			for (one in was) if (!there[one]) print "lacks " one
		}' $names
	for name in $names; do sed -n -e '/^pending /p' -e '/^plan irreversible/p' -e '/^plan parts/p' "$about/${name#*-}.checked" 2>/dev/null || :; done
)
