# Makes the virtualenv $VENV of $PYTHON, as the account that builds, in a folder of its own. In, from the environment: $MANAGER says
# how what is needed is told: by needed.txt and pinned.txt ("texts"), by uv.lock in $PROJECT or by the file $PROJECT ("uv", "project"),
# with $CHOICE, groups and extras as uv takes them. $LOCAL is "yes" where packages of the code itself are installed; $HASHED where
# each package has a hash; $FREE where nothing but resolved.txt says which versions: those that a host of another kind has got.
# $INDEX, $EXTRA and $LINKS are what the project says of indexes itself. $WHEELS has what the host has compiled; driver.txt is what
# Django reaches PostgreSQL by. $CODE is the release's, and not changed. ask_index sets $own.
export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=hardlink UV_CONCURRENT_BUILDS=2 UV_PROJECT_ENVIRONMENT="$VENV" GIT_TERMINAL_PROMPT=0

# has PATTERN tells whether a package is installed.
# shellcheck disable=SC2010
has() { ls "$VENV"/lib/python3*/site-packages | grep -qi "^$1-[^-]*\\.dist-info\$"; }

# add WORD... installs packages besides.
add() { uv pip install -q --no-config --python "$VENV/bin/python" "$@"; }

# resolved tells whether another host has got versions that are to be those of this one, too.
resolved() { [ "$FREE" ] && [ -s "$HOME/resolved.txt" ]; }

# by_texts installs what needed.txt names, in the versions that pinned.txt has.
by_texts() {
	set --
	[ ! "$HASHED" ] || set -- --require-hashes
	[ ! -s "$HOME/pinned.txt" ] || set -- "$@" -c "$HOME/pinned.txt"
	! resolved || set -- "$@" -c "$HOME/resolved.txt"
	cd "$here" || return
	uv pip install --no-config --python "$VENV/bin/python" "$@" -r "$HOME/needed.txt"
	cd "$HOME" || return
}

# by_lock installs what uv.lock has. It names its indexes: where the host's own is to be asked, only versions and hashes are taken.
by_lock() {
	cd "$here/$PROJECT" || return
	set -- --locked --no-default-groups --no-editable
	[ "$LOCAL" ] || set -- "$@" --no-install-workspace
	if [ "$own" ]; then
		[ ! "$LOCAL" ] || set -- --locked --no-default-groups --no-editable
		(
			unset UV_DEFAULT_INDEX UV_INDEX UV_FIND_LINKS
			# shellcheck disable=SC2086
			uv export -q --offline --no-emit-project --locked --no-default-groups --no-editable $CHOICE --python "$PYTHON" >"$HOME/needed.txt"
		) || return
		by_texts
		return
	fi
	[ ! "$LOCAL" ] || set -- "$@" --no-install-project
	# shellcheck disable=SC2086
	uv sync "$@" $CHOICE --python "$PYTHON"
	cd "$HOME" || return
}

# by_project installs what pyproject.toml or the like names, in whatever version there is.
by_project() {
	cd "$here/$(dirname "$PROJECT")" || return
	set --
	! resolved || set -- -c "$HOME/resolved.txt"
	# shellcheck disable=SC2086
	uv pip install --python "$VENV/bin/python" "$@" $CHOICE -r "$(basename "$PROJECT")"
	cd "$HOME" || return
}

ask_index
here=$CODE
folder=$PROJECT
[ "$MANAGER" != project ] || folder=$(dirname "$PROJECT")
if [ "$LOCAL" ] || { [ "$MANAGER" = uv ] && tokens_in "$CODE/$folder/uv.lock"; }; then
	cp -R --no-preserve=all "$CODE" "$HOME/code"
	here=$HOME/code
fi
set -- "$HOME/needed.txt" "$HOME/pinned.txt"
for file in uv.lock pyproject.toml setup.py setup.cfg; do
	[ "$here" = "$CODE" ] || [ ! -f "$here/$folder/$file" ] || set -- "$@" "$here/$folder/$file"
done
hide_tokens "$@"
trap '[ $? = 0 ] || ! resolved || echo "without a lock its packages are to be of the versions that another host has got"' EXIT
uv venv -q --no-config --no-project --python "$PYTHON" "$VENV"
case $MANAGER in texts) by_texts ;; uv) by_lock ;; project) by_project ;; esac
set --
has gunicorn || set -- gunicorn
has setproctitle || set -- "$@" setproctitle
# Python had it until 3.12, and what was written then does not name it; later ones have no pkg_resources.
case $(ls -d "$VENV"/lib/python3*) in *.[0-9] | *.1[01]) has setuptools || set -- "$@" 'setuptools<81' ;; esac
[ $# = 0 ] || { [ -s "$HOME/resolved.txt" ] && add -c "$HOME/resolved.txt" "$@" 2>/dev/null; } || add "$@"
if ! has psycopg2 && ! has psycopg2_binary && ! has psycopg; then
	add --offline --no-index --find-links "$WHEELS" --no-deps psycopg2 2>/dev/null || add --no-deps --require-hashes -r "$HOME/driver.txt"
fi
# In as many parts as there are processors, without what nobody imports. Some have files that are no Python, or none of this one.
find "$VENV/lib" -name '*.py' ! -path '*/tests/*' ! -path '*/test/*' >"$HOME/sources"
split -n "r/$(nproc)" "$HOME/sources" "$HOME/part."
for part in "$HOME"/part.*; do "$VENV/bin/python" -Im compileall -q -i "$part" >/dev/null 2>&1 & done
wait
