# Makes a new password of the role $site, and what it is tried with, $config/try-$run. PostgreSQL has one password of a role: for the time of the change visitors wait, in the queue of the socket of the process
# that has the new one, until what they asked for before is answered. turn is that change, and slot.sh calls it; turn_back takes it back, keep_password has it count. $make is what makes a password, $turn_program
# the text of turn.pl. $home, $rotated and $settings_have are as in rotate.sh, which it needs before it, as verifier.sh, configfile.sh and config.sh. Of slot.sh it uses $sockets, $new, $old, $new_pid and $why, of settings_take $lacks.
note=$state/sites/$site.password
password=$(fresh db_password "$make") || exit
to_try DB_PASSWORD "$password" "$(cat "$config/env" 2>/dev/null)"
settings_take "$password" password || {
	[ "$lacks" != password ] || echo "the settings don't take the password of the database $site on this host from the environment, where djship sets DB_PASSWORD and DATABASE_URL: nothing was changed"
	exit 1
}
stored=$(sql <<-SQL | sed -n 's/^stored|//p'
	select 'stored', rolpassword from pg_catalog.pg_authid where rolname = '$site'::pg_catalog.name;
SQL
)
[ "$stored" ] || { echo "PostgreSQL tells of no password of the role $site"; exit 1; }
verifier=$(printf %s "$password" | verifier)

# in_role VERIFIER prints the SQL that sets it.
in_role() { printf "alter role \"%s\" password '%s';\n" "$site" "$1"; }
# noted VERIFIER prints the note of what the role's password was set from, a file whose text is on stdin.
noted() { echo "$(printf %s "$1" | md5sum | cut -d' ' -f1) $(sha256sum)"; }

turn() {
	for group in $(groups "${old:-0}"); do rpc stopProcessGroup "$group" false >/dev/null || :; done
	printf %s "$password" | as "$site" sh -ec 'umask 077; cat >"$1.new"; [ -s "$1.new" ]; sync "$1.new"; cp -pPT "$1" "$1.before"' sh "$home/.django_db_password" || return
	is_now .django_db_password | noted "$stored" >"$stage/note.before" && printf %s "$password" | noted "$verifier" >"$note.turned" || return
	in_role "$verifier" >"$stage/turn.sql" && in_role "$stored" >"$stage/back.sql" && (
		pg_find # whose variables have names that others have, too
		setpriv() { printf '%s\0' setpriv "$@"; }
		sql
	) >"$stage/turn.psql" && mkfifo "$stage/turn" || return
	perl -e "$turn_program" "$sockets/$site.sock" "$site-$new.sock" "$(socket "${old:-0}")" "$new_pid" "$site" "$home/.django_db_password" "$stage/turn.psql" "$stage/turn.sql" "$note" <"$stage/turn" >"$stage/turn.said" 2>&1 &
	turner=$!
	exec 7>"$stage/turn"
	hold grep -qx stopped "$stage/turn.said" && lead "$new" && echo led >&7
	exec 7>&-
	wait "$turner" || { cat "$stage/turn.said"; return 1; }
	grep '^held ' "$stage/turn.said"
	turned=yes
	begin_processes "$new" || { echo "$why"; tell_why | unshown; return 1; }
	held=
}

turn_back() {
	said=$(sql <"$stage/back.sql") || { echo "$said"; return 1; }
	# shellcheck disable=SC2016
	as "$site" sh -c '[ ! -e "$1.before" ] || mv -fT "$1.before" "$1"' sh "$home/.django_db_password" && cat "$stage/note.before" >"$note.new" && mv -f "$note.new" "$note" && turned=
}

keep_password() {
	as "$site" rm -f "$home/.django_db_password.before" && names=+DB_PASSWORD && config_note "$names" && rm -f "$config/new-db_password" "$config/try-$run" && rotated_now
}
