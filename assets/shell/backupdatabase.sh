# Dumps the database of a site, as its account and its role, by bash: $1 is the home, $2 the site, $3 the folder of PostgreSQL's programs, $4 the port. $djship_dump and $djship_snapshot are for what psql starts. It prints "text BYTES dump BYTES SHA256", so many bytes of lines
# about the database, and the dump. That is made in a file which has no name any more, so that nothing is left of it however this ends, and a slow line keeps no transaction open.
# The rows are counted in the snapshot that the dump is of, and counted again in what the dump has: the lines "rows" and "copied".
umask 077
fail() { echo "$1" >&2; exit 1; }
cd "$1" || fail "$1 can't be entered"
# shellcheck disable=SC1091
elsewhere() { (unset DB_HOST DB_PORT; . ./local_env.sh; echo "${DB_HOST-} ${DB_PORT-}") </dev/null 2>/dev/null; }
PGHOST=localhost PGPORT=$4 PGUSER=$2 PGDATABASE=$2 PGCONNECT_TIMEOUT=10 PGOPTIONS='-c search_path=pg_catalog -c row_security=off' LC_ALL=C PATH=/usr/bin:/bin
bin=$3
read -r host port <<<"$([ ! -f local_env.sh ] || elsewhere)"
case $host in '' | localhost | 127.0.0.1 | ::1) ;; *) PGHOST=$host PGPORT=${port:-5432} ;; esac
for newest in /usr/lib/postgresql/*/bin; do [ -x "$bin/pg_dump" ] || bin=$newest; done
[ -x "$bin/pg_dump" ] || fail 'there is no pg_dump'
PGPASSWORD=$(cat .django_db_password) || fail "the password of the database can't be read"
export PGHOST PGPORT PGUSER PGDATABASE PGCONNECT_TIMEOUT PGOPTIONS PGPASSWORD LC_ALL PATH
{ spool=$(mktemp /var/tmp/.djship-backup.XXXXXX) && exec 5<>"$spool" && rm -f "$spool"; } || fail 'there is no room in /var/tmp'
export djship_dump=$bin/pg_dump
said=$("$bin/psql" -wXAtq -v ON_ERROR_STOP=1 -f - <<'SQL'
begin isolation level repeatable read read only;
select pg_catalog.pg_export_snapshot() as snapshot \gset
\setenv djship_snapshot :snapshot
\! if PGOPTIONS= "$djship_dump" --snapshot="$djship_snapshot" --format=custom --no-password --lock-wait-timeout=60000 >&5; then echo dumped; fi
select pg_catalog.json_build_object('version', pg_catalog.current_setting('server_version_num'), 'encoding', pg_catalog.pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
	'provider', coalesce(pg_catalog.to_jsonb(d.*) ->> 'datlocprovider', 'c')) from pg_catalog.pg_database d where d.datname = pg_catalog.current_database();
select pg_catalog.json_build_object('extension', e.extname, 'version', e.extversion) from pg_catalog.pg_extension e where e.extname <> 'plpgsql' order by e.extname;
select pg_catalog.format('select pg_catalog.json_build_object(''table'', %L, ''rows'', pg_catalog.count(*)) from only %I.%I', pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
	from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
	and not exists (select from pg_catalog.pg_depend p where p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and p.objid = c.oid and p.deptype = 'e') order by n.nspname, c.relname \gexec
SQL
) || fail 'the database can not be read'
[[ $said == dumped$'\n'* ]] || fail 'pg_dump has failed'
copied=$(set -o pipefail && "$bin/pg_restore" --list </proc/self/fd/5 >/dev/null && "$bin/pg_restore" --data-only --file=- </proc/self/fd/5 | awk '
	inside && $0 == "\\." { inside = 0; print "copied " rows " " table; next }
	inside { rows++; next }
	/^COPY .* FROM stdin;$/ { inside = 1; rows = 0; table = substr($0, 6); sub(/ \(.*\) FROM stdin;$/, "", table); sub(/ FROM stdin;$/, "", table) }') || fail 'what pg_dump has made can not be read again'
text="${said#dumped}"$'\n'"$copied"$'\n'
sum=$(sha256sum </proc/self/fd/5)
echo "text ${#text} dump $(stat -L -c %s /proc/self/fd/5) ${sum%% *}"
printf %s "$text"
cat </proc/self/fd/5
