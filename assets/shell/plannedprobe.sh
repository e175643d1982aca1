# "done" where $migrated is there; else what is pending as the $report of a release has it, with what it plans, or "unknown", and "room BYTES" of the disk that $state is on.
# shellcheck disable=SC2154
plan='/^plan /p'
[ ! -e "$migrated" ] || { plan= && echo done; }
sed -n -e '/^pending /p' -e "$plan" "$report" 2>/dev/null || echo unknown
[ ! "$plan" ] || df -Pk -- "$state" | awk 'NR == 2 { printf "room %.0f\n", $4 * 1024 }'
