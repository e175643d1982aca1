# Reads the dump on stdin into the database that sitedatabase.sh has connected to, as the site's own role: what is in it can do nothing that the site could not. $6 are its bytes, $7 their SHA-256, $8 the disk of PostgreSQL's data or ""; further arguments are extensions that a superuser has
# made. It prints the rows of each table. $bin and $away are set. The dump lies in a file that has no name any more, so that nothing is left of it however this ends.
# shellcheck disable=SC2154
[ ! "$away" ] || fail "the database of this site is at $away, by DB_HOST of local_env.sh: it is restored there, by pg_restore"
{ spool=$(mktemp /var/tmp/.djship-restore.XXXXXX) && exec 5<>"$spool" && rm -f "$spool"; } || fail 'there is no room in /var/tmp'
head -c "$6" >&5 || fail 'the dump can not be written to /var/tmp'
sum=$(sha256sum </proc/self/fd/5)
[ "${sum%% *}" = "$7" ] || fail 'the dump that has arrived is another than the one that was sent'
disk=$8
shift 8
list=$("$bin/pg_restore" --list </proc/self/fd/5) || fail 'pg_restore can not read the dump'
skip=' SCHEMA - public | COMMENT - SCHEMA public '
for name; do skip="$skip| EXTENSION - $name | COMMENT - EXTENSION $name "; done
PGOPTIONS='' "$bin/pg_restore" --no-password --exit-on-error --no-owner --no-acl --use-list=<(printf '%s\n' "$list" | grep -vE "^[0-9]+; [0-9]+ [0-9]+($skip)") -d "$PGDATABASE" </proc/self/fd/5 &
reader=$!
# A PostgreSQL that can't write its log ends, and with it each site: what reads the dump ends before.
scarce() { left=$(df --output=avail -B1M -- "$disk" 2>/dev/null | tail -n 1) && [ "${left:-1000}" -lt 128 ]; }
while kill -0 "$reader" 2>/dev/null; do
	! scarce || { kill "$reader"; fail "less than 128 MiB are free at $disk, where PostgreSQL has its data: what reads the dump is ended before they run out"; }
	sleep 0.2
done
wait "$reader" || fail 'pg_restore has failed'
exec 5>&-
"$bin/psql" -wXAtq -v ON_ERROR_STOP=1 -c analyze 2>/dev/null || :
rows | "$bin/psql" -wXAtq -v ON_ERROR_STOP=1 -f - || fail 'the rows can not be counted'
