# Makes a new password of the role $site, and what it is tried with, $config/try-$run. PostgreSQL has one password of a role: for the time of the change visitors wait, in the queue of the socket of the process
# that has the new one, until what they asked for before is answered. turn is that change, and slot.sh calls it; turn_back takes it back, keep_password has it count. Cut off within turn or turn_back, it is taken back by the next run
# (rolepassword.sh); cut off behind turn, where file and role agree, the next rotation goes on with the same password. $make is what makes a password, $turn_program
# the text of turn.pl, $role_note that of rolepassword.sh. $home, $rotated and $settings_have are as in rotate.sh, which it needs before it, as verifier.sh, rolepassword.sh, configfile.sh and config.sh. Of slot.sh it uses $sockets, $new, $old, $new_pid and $why, of settings_take $lacks.
password=$(fresh db_password "$make") || exit
to_try DB_PASSWORD "$password" "$(cat "$config/env" 2>/dev/null)"
settings_take "$password" password || {
	[ "$lacks" != password ] || echo "the settings don't take the password of the database $site on this host from the environment, where djship sets DB_PASSWORD and DATABASE_URL: nothing was changed"
	exit 1
}
verifier=$(printf %s "$password" | verifier)
[ "$verifier" ]

turn() {
	for group in $(groups "${old:-0}"); do rpc stopProcessGroup "$group" false >/dev/null || :; done
	# The file of before stays that where a run was cut off behind the change.
	printf %s "$password" | as "$site" sh -ec 'umask 077; cat >"$1.new"; [ -s "$1.new" ]; { cmp -s "$1.new" "$1" && [ -e "$1.before" ]; } || cp -pPT "$1" "$1.before"; sync "$1.new" "$1.before"' sh "$home/.django_db_password" || return
	printf %s "$password" | noted "$verifier" >"$role_note.turned" && in_role "$verifier" >"$stage/turn.sql" && (
		pg_find # whose variables have names that others have, too
		setpriv() { printf '%s\0' setpriv "$@"; }
		sql
	) >"$stage/turn.psql" && mkfifo "$stage/turn" && begin_turning "$run" || return
	turned=yes
	perl -e "$turn_program" "$sockets/$site.sock" "$site-$new.sock" "$(socket "${old:-0}")" "$new_pid" "$site" "$home/.django_db_password" "$stage/turn.psql" "$stage/turn.sql" "$role_note" <"$stage/turn" >"$stage/turn.said" 2>&1 &
	turner=$!
	exec 7>"$stage/turn"
	hold grep -qx stopped "$stage/turn.said" && lead "$new" && echo led >&7
	exec 7>&-
	wait "$turner" || { cat "$stage/turn.said"; return 1; }
	grep '^held ' "$stage/turn.said"
	begin_processes "$new" && groups_there "$new" || { echo "$why"; tell_why | unshown; return 1; }
	held=
}

turn_back() {
	begin_turning "$run" && said=$(password_back) && turned='' || { echo "$said"; return 1; }
}

keep_password() {
	as "$site" rm -f "$home/.django_db_password.before" && names=+DB_PASSWORD && config_note "$names" && rm -f "$config/new-db_password" "$config/try-$run" && rotated_now
}
