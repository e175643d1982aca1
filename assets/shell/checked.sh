# Looks at the release $release of $site by the programs in $overlay, with the site's $variables, as its account; $arguments are theirs.
# What it prints is bounded, and data: lines of known words. What was learned is put into $about.checked, which begins with $of, and
# what its shells need into $about.found, both for the group of the site. Where $scratch is given the static files are gathered
# there (before it looks, the code is compiled: bytecode.sh), taken over into $gathered, beside those of the release that $live leads to, and joined to what nginx serves.
# It needs bytecode.sh, bounded.sh, static_union.sh and statictaken.sh.
# shellcheck disable=SC2016,SC2154
# looking is bash for the site's account, whose scripts have a minute.
looking='exec 3>&1 >&2
perl -e "sleep 60; syswrite STDOUT, qq(failed stuck\n); kill KILL, getppid" >&3 2>/dev/null & djship_alarm=$!
source "$0"
djship_status=$?
kill "$djship_alarm"
[ "$djship_status" = 0 ] && exec python "$@"'

# look ARGUMENT... prints the lines of djship_check.py, each a word that there is and plain text.
look() {
	{
		as "$site" env DJSHIP_RELEASE="$release" bash -c "$looking" "$variables" "$overlay/djship_check.py" "$@" </dev/null && status=0 || status=$?
		echo "status $status"
	} | bounded 880 'settings|wsgi|serves|worker|row|warn|notice|pending|plan|static|failed|says|done|status'
}

# told KEY prints the rest of the first line of a key.
told() { sed -n "s/^$1 //p" "$stage/looked" | head -n 1; }

# failed says first what is the matter, in words of djship's, then what was printed about it.
failed() {
	read -r kind name <<-KIND || :
		$(told failed)
	KIND
	case $kind in
	syntax) echo "syntax error: $name" ;;
	no_variable) echo "a variable is missing at import: $name" ;;
	no_module) echo "a module is missing: $name is in no package of the requirements, and not in the code" ;;
	no_own_module) echo "a module is missing: $name is not in the code, though what it would lie in is" ;;
	cannot_import) echo "a package is installed and can't be imported: $name" ;;
	no_settings) echo "wrong settings module: there is no $name in the code" ;;
	settings) echo "the settings can't be read: $name" ;;
	no_wsgi) echo "no WSGI application: ${name:-there is no wsgi.py}" ;;
	many_wsgi) echo "several WSGI applications: $name" ;;
	no_worker) echo "no worker serves ASGI: $name has none" ;;
	forced) echo "settings are forced: $name sets DJANGO_SETTINGS_MODULE whatever the environment says" ;;
	wrong) echo "a setting is wrong, and overlay is false: $name" ;;
	check) echo "manage.py check has found errors" ;;
	database) echo "the database can't be reached with the settings of the release" ;;
	conflict) echo "migrations are in conflict: two leaves in $name" ;;
	history) echo "the database has another history: its migrations are not those of this code" ;;
	placeholder) echo "the placeholder's users are in the way: this project has its own, $name, and can't take them over" ;;
	migrations) echo "the migrations can't be read: $name" ;;
	static) echo "collectstatic has failed: $name" ;;
	no_static_file) echo "health_static is not among the static files: $name" ;;
	stuck) echo "prepare_env.sh does not end: it, or local_env.sh, takes longer than a minute" ;;
	hangs) echo "the code hangs as it is imported, for two minutes: $name" ;;
	ended) echo "the code ends the process as it is imported: exit $name" ;;
	error) echo "the code can't be imported: $name" ;;
	*) ended "$(sed -n 's/^status //p' "$stage/looked" | tail -n 1)" ;;
	esac
	sed -n 's/^says /  /p' "$stage/looked" | head -n 10 | cut -b -300
	clear_scratch
	return 1
}

# ended STATUS says how it has ended, where it has not said so itself.
ended() {
	case $1 in
	'') echo 'the release can not be looked at: it hangs as it is imported, or prints without end' ;;
	137) echo 'the release can not be looked at: it was killed, as the kernel does where memory is short' ;;
	*) echo "the release can not be looked at: its Python has ended with status $1 as the code was imported" ;;
	esac
}

clear_scratch() { [ ! "$scratch" ] || as "$site" rm -rf -- "$scratch"; }

# take takes the static files over, as data that the account gives, into a folder that has its name when it is whole.
take() {
	new=${gathered%/*}/.new before=$gathered
	[ -d "$before" ] || before=$(readlink "$live") || before=
	[ ! "$before" ] || before=${gathered%/*}/${before##*/}
	rm -rf -- "${gathered%/*}/.new" "${gathered%/*}/.old"
	hand_static "$scratch" "$before" | take_static "$new" "$before" || return
	[ ! -d "$gathered" ] || mv -T "$gathered" "${gathered%/*}/.old"
	mv -T "$new" "$gathered"
	rm -rf -- "${gathered%/*}/.old"
	join_static "$release" keep
}

# table prints the settings for people: name, value, where it is from, what of it.
table() {
	sed -n 's/^row //p' "$stage/looked" | awk -F '\t' '{ if ($1 == "SECRET_KEY") $2 = $2 == "***" ? "one that is not shown" : $2; printf "setting %s is %s (%s), %s\n", $1, $2, $3, $4 }'
	sed -n -e 's/^warn /warning: /p' -e 's/^notice /notice: /p' "$stage/looked"
}

compile_code
[ ! "$scratch" ] || { clear_scratch && as "$site" mkdir -m 0700 "$scratch"; } || exit 1
rm -f "$about.checked" "$about.found"
eval "look $arguments" >"$stage/looked" || :
grep -qx done "$stage/looked" || {
	failed >"$stage/why" || cat "$stage/why"
	head -n 1 "$stage/why" | put_for "$site" "$about.failed"
	exit 1
}
word='[A-Za-z_][A-Za-z0-9_.]*'
found=$(sed -n -e "s/^settings \\($word\\)\$/export DJSHIP_SETTINGS_MODULE=\\1/p" -e "s/^wsgi \\($word:$word\\)\$/export WSGI_APPLICATION=\\1/p" \
	-e "s/^worker \\($word\\)\$/export GUNICORN_CMD_ARGS='--worker-class \\1'/p" -e "s/^serves \\($word:$word\\)\$/export DJSHIP_SERVES=\\1/p" "$stage/looked" | sort -u)
printf '%s\n' "$found" | put_for "$site" "$about.found" || { clear_scratch; exit 1; }
table
if [ "$scratch" ] && [ "$(told static)" != 0 ]; then
	take || {
		rm -rf "${gathered%/*}/.new"
		clear_scratch
		echo 'its static files could not be taken' | put_for "$site" "$about.failed"
		exit 1
	}
fi
clear_scratch
{ echo "$of"; cat "$stage/looked"; } | put_for "$site" "$about.checked" && rm -f "$about.failed"
