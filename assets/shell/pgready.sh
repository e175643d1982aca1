# Whether djship and a site, $site, can use PostgreSQL: what PostgresReady reads. $pg_list is of all sites that are asked about, as SQL.
pg_more() {
	cat <<-SQL
		select pg_catalog.to_json(s.*) from (select name, setting, sourcefile, sourceline from pg_catalog.pg_settings
		where name = any ('{listen_addresses,default_transaction_read_only,ssl,hba_file,max_connections,superuser_reserved_connections,reserved_connections}'::pg_catalog.text[])) s;
		select pg_catalog.json_build_object('standby'::pg_catalog.text, pg_catalog.pg_is_in_recovery(), 'taken'::pg_catalog.text,
		(select pg_catalog.count(*) - 1 from pg_catalog.pg_stat_activity where backend_type = 'client backend'::pg_catalog.text));
		select pg_catalog.to_jsonb(r.*) operator(pg_catalog.-) 'options'::pg_catalog.text from pg_catalog.pg_hba_file_rules r where type is distinct from 'local'::pg_catalog.text;
	SQL
}
pg_more_of() {
	cat <<-SQL
		select s.site, pg_catalog.json_build_object('set'::pg_catalog.text, c, 'of_role'::pg_catalog.text, setrole <> 0::pg_catalog.oid, 'of_database'::pg_catalog.text, setdatabase <> 0::pg_catalog.oid)
		from pg_catalog.unnest($pg_list) s(site), pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) c where c like 'default_transaction_read_only=%'::pg_catalog.text
		and setrole in (select 0::pg_catalog.oid union all select oid from pg_catalog.pg_roles where rolname = s.site)
		and setdatabase in (select 0::pg_catalog.oid union all select oid from pg_catalog.pg_database where datname = s.site);
		select s.rolname, pg_catalog.json_build_object('groups'::pg_catalog.text, pg_catalog.json_agg(g.rolname)) from pg_catalog.pg_roles s, pg_catalog.pg_roles g
		where s.rolname = any ($pg_list) and pg_catalog.pg_has_role(s.oid, g.oid, 'member'::pg_catalog.text) group by s.rolname;
	SQL
}
pg_find
case $pg_cluster:$pg_state in
:)
	for path in /usr/lib/postgresql/*/bin/postgres; do
		version=${path#/usr/lib/postgresql/}
		version=${version%%/*}
		[ ! -x "$path" ] || echo "programs $version $(dpkg-query -W -f '${db:Status-Status}' "postgresql-$version" 2>/dev/null)"
	done
	for conf in /etc/postgresql/*/*/postgresql.conf; do [ ! -e "$conf" ] || { conf=${conf%/*} && echo "old ${conf#/etc/postgresql/}"; }; done
	grep -sn '^[[:space:]]*create_main_cluster' /etc/postgresql-common/createcluster.conf | tail -n 1 | sed 's/^/createcluster /'
	;;
*:down)
	echo "down $pg_boot $pg_cluster"
	data=/var/lib/postgresql/$pg_cluster
	[ -e "$data/global/pg_control" ] || data=$(pg_conf data_directory "$pg_cluster" 2>/dev/null)
	if [ "$pg_wrong" ] || { [ "$data" ] && [ ! -e "$data/global/pg_control" ]; }; then
		echo "status $(dpkg-query -W -f '${db:Status-Status}' "postgresql-${pg_cluster%/*}" 2>/dev/null)"
		[ ! "$pg_wrong" ] || printf '%s\n' "$pg_wrong" | tail -n 3 | sed 's/^/wrong /'
		echo "empty $data"
	fi
	;;
*)
	echo "runs $pg_cluster $pg_port $pg_socket"
	n=0
	[ "$six" ] || while { read -r address names || [ "$address" ]; } && [ "$n" -lt 99 ]; do
		n=$((n + 1))
		[ "$address" != ::1 ] || for name in $names; do [ "$name" != localhost ] || six=yes; done
	done 2>/dev/null </etc/hosts
	six=${six:-no}
	[ "$six" != yes ] || echo six
	pg_look
	case $pg_seen in
	*unreadable)
		printf '%s\n' "$pg_seen" | tail -n 6 | cut -c 1-500 | sed 's/^/said /'
		hba=$(pg_conf hba_file "$pg_cluster" 2>/dev/null)
		hba=${hba:-/etc/postgresql/$pg_cluster/pg_hba.conf}
		echo "hba $hba"
		pg_as timeout 10 grep -nE '^[[:space:]]*(local|include[a-z_]*)[[:space:]]' "$hba" | head -c 65536 | sed 's/^/line /'
		;;
	*) printf '%s\n' "$pg_told" ;;
	esac
	;;
esac
echo over
