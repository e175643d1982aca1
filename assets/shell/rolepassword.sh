# Functions for the password of the role $site, which its account has in $home. $role_note says what the role's password was set from; while it is about to become another one there is "turning RUN" in place of that, written before
# file and role are touched. A run that finds that takes it back, since nobody has seen the site come up with the new one: the one before is in the file's .before then. It needs verifier.sh before it.
# shellcheck disable=SC2154
role_note=$state/sites/$site.password

site_password() { as "$site" timeout 10 head -c 1024 -- "$home/.django_db_password" </dev/null | timeout --foreground 12 head -c 1024; }

# put_note puts what is on stdin there; it outlives a power cut.
put_note() { cat >"$role_note.new" && [ -s "$role_note.new" ] && sync "$role_note.new" && mv -fT "$role_note.new" "$role_note" && sync "${role_note%/*}"; }

# noted VERIFIER prints the note of what the role's password was set from, a file whose text is on stdin.
noted() { echo "$(printf %s "$1" | md5sum | cut -d' ' -f1) $(sha256sum)"; }

# in_role VERIFIER prints the SQL that sets it.
in_role() { printf "alter role \"%s\" password '%s';\n" "$site" "$1"; }

# begin_turning notes that the password is about to become another one.
begin_turning() { echo "turning $1" | put_note; }

# file_back puts the file of before back, once turn.pl, which goes on alone behind a run that was cut off, has ended.
# shellcheck disable=SC2016
file_back() {
	[ "$(role_turning)" ] || return 0
	flock -w 90 "$role_note" true || { echo "the password of $site's database is changing still"; return 1; }
	[ ! "$(role_turning)" ] || as "$site" sh -ec '[ -e "$1.before" ] || exit 0; mv -fT "$1.before" "$1"; sync "$1"' sh "$home/.django_db_password" </dev/null
}

# password_back has the role's password be that of before again.
password_back() {
	file_back && verifier=$(site_password | verifier) && [ "$verifier" ] && in_role "$verifier" | sql && site_password | noted "$verifier" | put_note
}
