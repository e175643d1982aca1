# Makes the role of $site, where there is none, and sets its password, which is in $home, by its SCRAM verifier. $fresh says that djship has made nothing
# for the site yet. It needs verifier.sh and rolepassword.sh before it.
if [ "${fresh-}" ]; then
	# A PostgreSQL that was down when it was looked at may have a role of somebody else's.
	taken=$(sql <<-SQL
		select 'taken', 'role' from pg_catalog.pg_roles where rolname = '$site'::pg_catalog.name
		union all select 'taken', 'database' from pg_catalog.pg_database where datname = '$site'::pg_catalog.name;
	SQL
	) || { echo "$taken"; exit 1; }
	taken=$(printf '%s\n' "$taken" | sed -n 's/^taken|//p')
	if [ "$taken" ]; then
		rm -f "$state/sites/$site"
		echo "PostgreSQL has a ${taken%%"$nl"*} $site that is not a site's: choose another project name"
		exit 1
	fi
fi
file_back
verifier=$(site_password | verifier)
[ "$verifier" ]
sql <<SQL
select 'create role "$site"' where not exists (select from pg_catalog.pg_roles where rolname = '$site'::pg_catalog.name) \gexec
alter role "$site" login nosuperuser nocreaterole nocreatedb noreplication nobypassrls password '$verifier';
select pg_catalog.format('revoke %I from %I%s cascade'::pg_catalog.text, way.rolname, s.rolname,
	-- Since PostgreSQL 16 a membership is its grantor's.
	case when pg_catalog.current_setting('server_version_num'::pg_catalog.text)::pg_catalog.int4 >= 160000
	then pg_catalog.format(' granted by %I'::pg_catalog.text, pg_catalog.pg_get_userbyid(way.grantor)) end)
	from pg_catalog.pg_roles s, lateral (select g.rolname, m.grantor $pg_ways) way where s.rolname = '$site'::pg_catalog.name \gexec
SQL
mkdir -p "$state/sites"
site_password | noted "$verifier" | put_note
