# What PostgreSQL of this host has open on the database $site, for djship_migrate.py: lines "open PID USER SINCE NAME QUERY", parted by tabs. A site's role does not see since when
# others' transactions are. Of a statement there is what stands before its first value.
# shellcheck disable=SC2154
open_transactions() {
	sql <<-SQL | sed -n 's/^open|/open|/p' | tr '|' '\t' | head -n 100
		select 'open', pid, usename, pg_catalog.date_part('epoch'::pg_catalog.text, xact_start)::pg_catalog.int8, pg_catalog.translate(application_name, '|'::pg_catalog.text || pg_catalog.chr(9) || pg_catalog.chr(10), '   '::pg_catalog.text),
		pg_catalog.left(pg_catalog.translate(pg_catalog.split_part(pg_catalog.split_part(query, ''''::pg_catalog.text, 1), '\$'::pg_catalog.text, 1), '|'::pg_catalog.text || pg_catalog.chr(9) || pg_catalog.chr(10), '   '::pg_catalog.text), 200)
		from pg_catalog.pg_stat_activity where datname = '$site'::pg_catalog.name and xact_start is not null and usename is not null and pid <> pg_catalog.pg_backend_pid();
	SQL
}
