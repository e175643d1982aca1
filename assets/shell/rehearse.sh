# Tries the pending migrations of the $release of $site in a scratch database that has the schema of the live one, and holds what comes out against what the $live
# release reads and writes ("" for what is in the home of the site, $home). $variables, which set $code, and $overlay are as for migrate.sh. $outcome is the file for what comes of it, for who looks at it later, and in the folder $about
# lies what the live release needs, for the way back;
# $allow goes on where live code would break, or that can't be told. With $with_data the copy has all data, too. It needs bounded.sh, and copyroom.sh with its $reserve.
# shellcheck disable=SC2016,SC2154
folder=$home/.djship-rehearsal

# forget drops the scratch databases of runs that were cut off: their names are noted before they are made, by root, while the host's lock is held. What has a
# site's role as its owner was never one.
forget() {
	[ -e "$state/scratch" ] || return 0
	while read -r old; do
		case $old in djship_scratch_*[!0-9a-f_]* | djship_scratch_) continue ;; djship_scratch_*) ;; *) continue ;; esac
		printf '%s\n' "select pg_catalog.format('drop database %I with (force)', datname) from pg_catalog.pg_database where datname = '$old'::pg_catalog.name and datdba = 10::pg_catalog.oid \\gexec" | sql || return
	done <"$state/scratch"
	rm -f "$state/scratch"
}

# in_scratch runs the SQL of stdin as the superuser in the scratch database, where nothing is that a site has made.
in_scratch() { { printf '%s\n' "\\connect $scratch" && cat; } | sql; }

# make_scratch makes one as the live database is: nobody may connect but the superuser, then the site's role as well, which owns what it makes in there and not the
# database. Extensions that a site's role may not make are there before.
make_scratch() {
	scratch=djship_scratch_$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
	# Names are hex: a site's role names schemas.
	extensions=$(printf '%s\n' "\\connect $site" "select 'extension', pg_catalog.encode(pg_catalog.convert_to(e.extname::pg_catalog.text, 'UTF8'), 'hex'), pg_catalog.encode(pg_catalog.convert_to(n.nspname::pg_catalog.text, 'UTF8'), 'hex')
		from pg_catalog.pg_extension e, pg_catalog.pg_namespace n where n.oid operator(pg_catalog.=) e.extnamespace and e.extname operator(pg_catalog.<>) 'plpgsql'::pg_catalog.name
		and not exists (select from pg_catalog.pg_available_extension_versions v where v.name operator(pg_catalog.=) e.extname and v.version operator(pg_catalog.=) e.extversion and v.trusted);" |
		sql | sed -n 's/^extension|\([0-9a-f]*|[0-9a-f]*\)$/\1/p') || return
	echo "$scratch" | cat >>"$state/scratch" && sync "$state/scratch" || return
	sql <<-SQL || return
		select pg_catalog.format('create database "$scratch" owner postgres template template0 allow_connections false connection limit 10 encoding %L lc_collate %L lc_ctype %L%s',
			pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, case j ->> 'datlocprovider'
			when 'i' then pg_catalog.format(' locale_provider icu icu_locale %L', coalesce(j ->> 'datlocale', j ->> 'daticulocale'))
			when 'b' then pg_catalog.format(' locale_provider builtin builtin_locale %L', j ->> 'datlocale') end)
		from pg_catalog.pg_database d, pg_catalog.to_jsonb(d) j where d.datname = '$site'::pg_catalog.name \\gexec
		revoke all on database "$scratch" from public;
		comment on database "$scratch" is 'djship: a copy of the schema of $site, for as long as a push rehearses its migrations';
		alter database "$scratch" allow_connections true;
	SQL
	{
		printf '%s\n' "$extensions" | while IFS='|' read -r name schema; do
			[ ! "$name" ] || printf '%s\n' "select pg_catalog.format('create schema if not exists %I', schema), pg_catalog.format('create extension if not exists %I%s', name,
				(select pg_catalog.format(' schema %I', schema) where not exists (select from pg_catalog.pg_available_extension_versions v where v.name = names.name and v.schema is not null)))
				from (select pg_catalog.convert_from(pg_catalog.decode('$name', 'hex'), 'UTF8') as name, pg_catalog.convert_from(pg_catalog.decode('$schema', 'hex'), 'UTF8') as schema) names \\gexec"
		done
		printf '%s\n' "alter schema public owner to \"$site\";" "grant connect, create, temporary on database \"$scratch\" to \"$site\";"
	} | in_scratch
}

# part RELEASE NAME=VALUE... runs a part of djship_rehearse.py inside Django of a release; what it tells is bounded, and data.
part() {
	of=$1
	shift
	{
		as "$site" env DJSHIP_RELEASE="$of" DJSHIP_PROGRAMS="$overlay" DJSHIP_REHEARSAL_FOLDER="$folder" "$@" bash -c "$rehearsing" "$variables" </dev/null && status=0 || status=$?
		echo "status $status"
	} | bounded 1500 'break|split|note|took|refused|unsure|skip|failed|says|done|status' >>"$stage/told"
	grep -q '^done$' "$stage/told"
}
rehearsing='exec 3>&1 >&2
source "$0" || exit
[ -f manage.py ] || cd "$code" || exit
exec python manage.py shell -v 0 -c "import os, sys; sys.path.append(os.environ[\"DJSHIP_PROGRAMS\"]); import djship_rehearse; djship_rehearse.main()"'

# watch_room ends what fills the scratch database where the disk would be full by it.
watch_room() {
	while sleep 1; do
		free=$(room) || continue
		[ "$free" -lt "$reserve" ] || continue
		: >"$stage/tight"
		printf '%s\n' "select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where datname = '$scratch'::pg_catalog.name;" | sql >/dev/null
	done
}

# told WORD prints what was told by a word.
told() { sed -n "s/^$1 //p" "$stage/told"; }

watching=
rehearse() {
	rm -f "$stage/tight"
	forget && make_scratch || return
	own=$(sql <<-SQL | sed -n 's/^own|//p'
		select 'own', d.oid || ' ' || extract(epoch from pg_catalog.pg_postmaster_start_time())::pg_catalog.int8 from pg_catalog.pg_database d where d.datname = '$site'::pg_catalog.name;
	SQL
	)
	as "$site" rm -rf -- "$folder" && as "$site" mkdir -m 0700 "$folder" || return
	: >"$stage/told"
	if part "$live" DJSHIP_REHEARSAL_OWN="$own"; then
		: >"$stage/told"
		[ ! "$with_data" ] || { watch_room </dev/null >/dev/null 2>&1 & watching=$!; }
		part "$release" DJSHIP_REHEARSAL_DATABASE="$scratch" DJSHIP_REHEARSAL_DATA="${with_data:+$site}" || :
		[ ! "$with_data" ] || kill "$watching" || :
		[ ! -e "$stage/tight" ] || echo "unsure the disk was about to be full by a copy of the data: $((reserve / 1048576)) MiB are kept free" >"$stage/told"
	fi
	grep -qE '^(done|refused|unsure|skip|failed)( |$)' "$stage/told" || echo "unsure the release ends as its models are asked for: $(told status | tail -n 1)" >>"$stage/told"
}

# judge says what was found, first what matters. $verdict is what is noted: for, against, or allowed where --allow-break goes on nevertheless; "" for nothing.
judge() {
	copied=schema verdict=
	[ ! "$with_data" ] || copied=data
	sed -n -e 's/^note /note: /p' -e 's/^took /notice: /p' "$stage/told"
	if grep -q '^failed ' "$stage/told"; then
		echo "a pending migration fails in a copy of the $copied, so it would in the database: $(told failed)"
		told says | sed 's/^/  /'
		return 1
	fi
	if grep -q '^refused ' "$stage/told"; then
		told refused
		echo 'the database is as it was, and the live release goes on'
		return 1
	fi
	if grep -q '^skip ' "$stage/told"; then
		echo "notice: whether the live release can go on while $site is migrated was not looked at: $(told skip)"
		verdict=for
		return
	fi
	if grep -q '^unsure ' "$stage/told"; then
		echo "whether the live release can go on while $site is migrated can't be told: $(told unsure)"
		told says | sed 's/^/  /'
	elif grep -q '^break ' "$stage/told"; then
		echo "the live release can't go on with what its database would be:"
		sed -n -e 's/^break /  /p' -e 's/^split /    to split it: /p' "$stage/told"
		as "$site" head -c 65536 -- "$folder/found.json" </dev/null 2>/dev/null | LC_ALL=C tr -d '\000-\010\013-\037\177' | sed -n '/"level": "break"/s/^/found: /p' | head -n 100
	else
		verdict=for
		return 0
	fi
	verdict=against
	if [ "$allow" ]; then
		verdict=allowed
		echo "notice: migrated nevertheless, as --allow-break says: $(sed -n -e 's/^break //p' -e 's/^unsure //p' "$stage/told" | head -n 3 | tr '\n' ';' | sed 's/;$//; s/;/; /g')"
		return
	fi
	echo "the database is as it was, and the live release goes on. Split the migration, or push with --allow-break"
	return 1
}

# rehearse_and_judge does both. The scratch database goes with its shell, whatever ends that; where it is killed, with the next run.
rehearse_and_judge() (
	trap '[ ! "$watching" ] || kill "$watching" 2>/dev/null || :; forget; as "$site" rm -rf -- "$folder"' EXIT
	trap 'exit 1' HUP INT TERM
	rehearse || { echo "no scratch database could be made for a rehearsal of the migrations"; exit 1; }
	judge && passed=yes || passed=
	[ "$passed" ] || [ "$verdict" ] || exit 1
	# What a way back is held against is there before the note by which the next run passes the rehearsal over.
	if [ "$passed" ]; then
		as "$site" head -c 16777216 -- "$folder/live.json" </dev/null 2>/dev/null | head -c 16777216 >"$stage/kept"
		[ ! -s "$stage/kept" ] || put_for "$site" "$about/${live:-0}.schema" <"$stage/kept" || exit
	fi
	{ echo "$verdict ${live:-0}${with_data:+ data}"; as "$site" head -c 262144 -- "$folder/found.json" </dev/null 2>/dev/null | head -c 262144; } | put_for "$site" "$outcome" || exit
	[ "$passed" ]
)
