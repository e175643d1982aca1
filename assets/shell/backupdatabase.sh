# Dumps the database of a site, as its account and its role, behind sitedatabase.sh, which sets $bin. $djship_dump and $djship_snapshot are for what psql starts. It prints "text BYTES dump BYTES SHA256", so many bytes of lines
# about the database, and the dump. That is made in a file which has no name any more, so that nothing is left of it however this ends, and a slow line keeps no transaction open.
# The rows are counted in the snapshot that the dump is of, and counted again in what the dump has: the lines "rows" and "copied".
{ spool=$(mktemp /var/tmp/.djship-backup.XXXXXX) && exec 5<>"$spool" && rm -f "$spool"; } || fail 'there is no room in /var/tmp'
# shellcheck disable=SC2154
export djship_dump=$bin/pg_dump
said=$({
	cat <<-'SQL'
		begin isolation level repeatable read read only;
		select pg_catalog.pg_export_snapshot() as snapshot \gset
		\setenv djship_snapshot :snapshot
		\! if PGOPTIONS= "$djship_dump" --snapshot="$djship_snapshot" --format=custom --no-password --lock-wait-timeout=60000 >&5; then echo dumped; fi
		select pg_catalog.json_build_object('version', pg_catalog.current_setting('server_version_num'), 'encoding', pg_catalog.pg_encoding_to_char(d.encoding), 'collate', d.datcollate, 'ctype', d.datctype,
			'provider', coalesce(pg_catalog.to_jsonb(d.*) ->> 'datlocprovider', 'c')) from pg_catalog.pg_database d where d.datname = pg_catalog.current_database();
		select pg_catalog.json_build_object('extension', e.extname, 'version', e.extversion) from pg_catalog.pg_extension e where e.extname <> 'plpgsql' order by e.extname;
	SQL
	rows
} | "$bin/psql" -wXAtq -v ON_ERROR_STOP=1 -f -) || fail 'the database can not be read'
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
