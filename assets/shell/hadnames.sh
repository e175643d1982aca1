# had_names RECORD sets $had to the names that a site has or has had, by its record, with a blank around each.
had_names() {
	had=' '
	[ ! -f "$1" ] || while read -r key value; do case $key in domain | redirects) had="$had$value " ;; esac; done <"$1"
}
