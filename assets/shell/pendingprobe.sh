# "done" where $migrated is there, and what the $report of a release says to be pending, a line "pending APP.NAME" for each migration.
# shellcheck disable=SC2154
[ ! -e "$migrated" ] || echo done
sed -n '/^pending /p' "$report" 2>/dev/null
