# Closes PostgreSQL's own databases to the roles of sites, that of $site and others, which are let in with everybody
# as PostgreSQL comes. Who else could log in keeps that, and so do those whom a guide to a monitoring tool makes
# members of pg_monitor.
sites="'$site'::pg_catalog.name"
for path in "$state"/sites/* /webapps/*_project; do
	name=${path##*/}
	case $path in /webapps/*) name=${name%_project} ;; esac
	case $name in *[!a-z0-9_]* | '') ;; *) sites="$sites, '$name'::pg_catalog.name" ;; esac
done
own="'postgres'::pg_catalog.name, 'template1'::pg_catalog.name"
sql <<SQL
begin;
select pg_catalog.format('grant connect on database %I to %I'::pg_catalog.text, d.datname, r.rolname)
	from pg_catalog.pg_database d, pg_catalog.pg_roles r
	where d.datname in ($own) and pg_catalog.has_database_privilege('public'::pg_catalog.name, d.oid, 'connect'::pg_catalog.text)
	and (r.rolcanlogin and not r.rolsuper or r.rolname = 'pg_monitor'::pg_catalog.name) and r.rolname not in ($sites) \gexec
select pg_catalog.format('revoke connect on database %I from public'::pg_catalog.text, d.datname)
	from pg_catalog.pg_database d where d.datname in ($own) \gexec
select pg_catalog.format('revoke all on database %I from %I cascade'::pg_catalog.text, d.datname, r.rolname)
	from pg_catalog.pg_database d, pg_catalog.pg_roles r where d.datname in ($own) and r.rolname in ($sites) \gexec
commit;
select 'ended a session', usename, datname, pg_catalog.pg_terminate_backend(pid)
	from pg_catalog.pg_stat_activity where datname in ($own) and usename in ($sites);
SQL
