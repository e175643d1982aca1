# What a backup and a restore have in common of a site's database: connects to it, as the site's account and role, by bash: $1 is the home, $2 the site, $3 the folder of PostgreSQL's programs, $4 the
# port, $5 the database. It sets $bin, and $away to a database server elsewhere, which local_env.sh names.
umask 077
fail() { echo "$1" >&2; exit 1; }
cd "$1" || fail "$1 can't be entered"
# shellcheck disable=SC1091
elsewhere() { (unset DB_HOST DB_PORT; . ./local_env.sh; echo "${DB_HOST-} ${DB_PORT-}") </dev/null 2>/dev/null; }
PGHOST=localhost PGPORT=$4 PGUSER=$2 PGDATABASE=$5 PGCONNECT_TIMEOUT=10 PGOPTIONS='-c search_path=pg_catalog -c row_security=off' LC_ALL=C PATH=/usr/bin:/bin
bin=$3 away=
read -r host port <<<"$([ ! -f local_env.sh ] || elsewhere)"
# shellcheck disable=SC2034
case $host in '' | localhost | 127.0.0.1 | ::1) ;; *) PGHOST=$host PGPORT=${port:-5432} away=$host ;; esac
for newest in /usr/lib/postgresql/*/bin; do [ -x "$bin/pg_dump" ] || bin=$newest; done
[ -x "$bin/pg_dump" ] || fail 'there is no pg_dump'
PGPASSWORD=$(cat .django_db_password) || fail "the password of the database can't be read"
export PGHOST PGPORT PGUSER PGDATABASE PGCONNECT_TIMEOUT PGOPTIONS PGPASSWORD LC_ALL PATH

# rows prints what psql counts the rows of each table by, in lines of JSON.
rows() {
	cat <<-'SQL'
		select pg_catalog.format('select pg_catalog.json_build_object(''table'', %L, ''rows'', pg_catalog.count(*)) from only %I.%I', pg_catalog.format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
			from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
			and not exists (select from pg_catalog.pg_depend p where p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and p.objid = c.oid and p.deptype = 'e') order by n.nspname, c.relname \gexec
	SQL
}
