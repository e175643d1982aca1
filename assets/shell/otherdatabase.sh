# other_database [RELEASE] forgets what is known of releases of $site, whose notes are in $about, by a database that is another one now; of RELEASE it stays, since that was tried in it. It needs put_for.
# shellcheck disable=SC2154
other_database() {
	for note in "$about"/*.migrated "$about"/*.checked "$about"/*.waits "$about"/*.rehearsed "$about"/*.fits; do
		case $note in
		"$about/${1:-.}".*) ;;
		*.checked) [ ! -f "$note" ] || { sed '1s/^for .*/for another database/' "$note" | put_for "$site" "$note" || return; } ;;
		*) rm -f -- "$note" ;;
		esac
	done
}
