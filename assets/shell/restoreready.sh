# Makes the database into which a backup of the site $project is read, beside the live one and like it: of its encoding and locale, with its settings, owned by the site's role and closed to others. $super are extensions that it
# has and that only a superuser may make, $id is the restore, of which a note is left. What another restore has left goes. It prints "made" where all went well.
# shellcheck disable=SC2154
site=$project scratch=$project.restoring
database() {
	sql <<-SQL
		select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.datname = '$scratch';
		drop database if exists "$scratch";
		select pg_catalog.format('create database %I owner %I allow_connections false encoding %L lc_collate %L lc_ctype %L%s%s template template0', '$scratch', '$site', pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
			case j ->> 'datlocprovider' when 'i' then pg_catalog.format(' locale_provider icu icu_locale %L', coalesce(j ->> 'datlocale', j ->> 'daticulocale'))
			when 'b' then pg_catalog.format(' locale_provider builtin builtin_locale %L', j ->> 'datlocale') end,
			-- Else its files have holes, for which a disk that is full has no room when it is to be dropped.
			case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 150000 then ' strategy file_copy' end)
			from pg_catalog.pg_database d, pg_catalog.to_jsonb(d.*) j where d.datname = '$site' \\gexec
		revoke all on database "$scratch" from public;
		insert into pg_catalog.pg_db_role_setting select n.oid, s.setrole, s.setconfig from pg_catalog.pg_db_role_setting s, pg_catalog.pg_database o, pg_catalog.pg_database n
			where s.setdatabase = o.oid and o.datname = '$site' and n.datname = '$scratch';
		alter database "$scratch" allow_connections true;
		\\connect "$scratch"
		set search_path to public;
		$(for name in $super; do echo "create extension \"$name\";"; done)
	SQL
}
if [ -f "$state/restoring-$site" ]; then
	echo "another restore of $site is at work"
else
	database && (umask 077 && echo "$id" | cat >"$state/staged-$site") && echo made
fi
m end
