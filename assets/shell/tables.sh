# Prints the tables of $site's own database on this host where the release is not ready that $report is of, the largest first: "table NAME ROWS BYTES", with the name in hex and the rows as PostgreSQL has estimated them.
# shellcheck disable=SC2154
[ -e "$report" ] || sql <<-SQL | sed -n 's/^table|\([0-9a-f]*\)|\([0-9]*\)|\([0-9]*\)$/table \1 \2 \3/p'
	\\connect $site
	set lock_timeout to '1s';
	set statement_timeout to '5s';
	select 'table', pg_catalog.encode(pg_catalog.convert_to(c.relname::pg_catalog.text, 'UTF8'), 'hex'), greatest(c.reltuples, 0)::pg_catalog.int8, pg_catalog.pg_total_relation_size(c.oid) from pg_catalog.pg_class c, pg_catalog.pg_namespace n
		where n.oid operator(pg_catalog.=) c.relnamespace and c.relkind operator(pg_catalog.=) any ('{r,p}'::"char"[]) and n.nspname operator(pg_catalog.<>) all ('{pg_catalog,information_schema,pg_toast}'::pg_catalog.name[])
		order by 4 desc limit 500;
SQL
