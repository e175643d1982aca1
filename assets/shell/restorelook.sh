# Tells what a host has for a restore of the site $project: it only reads. $extensions and $release are of the backup, $names what comes into the home of the site. Lines are a key and a value; what the
# site's account tells of its home stands behind a colon.
# shellcheck disable=SC2154
site=$project home=/webapps/${project}_project
if [ -f "$state/sites/$site" ]; then
	echo known yes
	sed -n 's/^\(domain [A-Za-z0-9.-]\{1,253\}\)$/\1/p; s/^removing yes$/removing yes/p' "$state/sites/$site"
fi
[ ! -f "$state/restoring-$site" ] || echo cut yes
live=$(readlink "/webapps/.sites/$site/current" 2>/dev/null) || :
[ ! "$live" ] || echo "live ${live##*/}"
[ ! "$release" ] || [ ! -d "/webapps/.sites/$site/releases/$release" ] || echo had yes
room() { df --output=avail,target -B1 -- "$2" 2>/dev/null | sed -n "2s/^ */room $1 /p"; }
room home "$home"
room spool /var/tmp
pg_find
echo "postgresql $pg_cluster $pg_port $pg_state"
if [ "$pg_state" = ready ]; then
	listed=
	for name in $extensions; do listed=$listed,\"$name\"; done
	said=$(sql <<-SQL
		select 'data ' || pg_catalog.current_setting('data_directory');
		select 'database ' || pg_catalog.pg_encoding_to_char(encoding) || ' ' || datcollate from pg_catalog.pg_database where datname = '$site' and pg_catalog.pg_get_userbyid(datdba) = '$site';
		select 'extension ' || e.name || ' ' || coalesce((select pg_catalog.bool_or((pg_catalog.to_jsonb(v.*) ->> 'trusted')::pg_catalog.bool)::pg_catalog.text from pg_catalog.pg_available_extension_versions v where v.name = e.name), 'false')
			from pg_catalog.pg_available_extensions e where e.name = any ('{${listed#,}}'::pg_catalog.name[]);
		\\connect "$site"
		select 'has ' || extname from pg_catalog.pg_extension;
	SQL
	) || echo "wrong $(printf %s "$said" | tail -n 1)"
	printf '%s\n' "$said"
	data=$(printf '%s\n' "$said" | sed -n 's/^data //p')
	[ ! "$data" ] || room data "$data"
fi
# shellcheck disable=SC2016
read_as "$site" "home=$home; names='$names'"'
cd "$home" || exit
for name in $names; do
	if [ -L "$name" ]; then
		echo "aside $name a link"
	elif [ -d "$name" ] && [ "$(stat -c %d "$name")" != "$(stat -c %d .)" ]; then
		echo "aside $name on a disk of its own"
	fi
done
if [ -f local_env.sh ]; then bash -c "unset DB_HOST; . ./local_env.sh; echo \"elsewhere \${DB_HOST-}\"" 2>/dev/null; fi'
m end
