# What makes a site's own virtualenv, and what installs into it: by uv where the host has it in $tools, else by virtualenv and pip. All
# is done by the site's account, whose shell knows $uv, the program. Python 2 is for the latter two alone.
# by_uv PYTHON tells whether there is uv, and it serves a Python.
# shellcheck disable=SC2154
by_uv() { [ "$1" = python3 ] && [ -x "$tools/bin/uv" ]; }

# make_site_venv ACCOUNT PYTHON FOLDER makes a virtualenv with pip in it over what is in the folder. pip is of the wheels that
# virtualenv comes with, and so is what it puts beside it.
make_site_venv() {
	now=$(readlink "/usr/bin/$2")
	seeds=$tools/lib/$now/site-packages/virtualenv/seed/wheels/embed
	seed=pip
	case $now in *.[0-9] | *.1[01]) seed='pip setuptools' ;; esac
	[ ! "$(ls "$seeds"/wheel-*.whl 2>/dev/null)" ] || seed='pip setuptools wheel'
	if by_uv "$2" && [ "$(ls "$seeds"/pip-*.whl 2>/dev/null)" ]; then
		# shellcheck disable=SC2086
		as "$1" sh -ec "$venv_by_uv" sh "$tools/bin/uv" "$3" "$seeds" $seed
	else
		as "$1" /usr/local/bin/virtualenv --no-periodic-update --no-vcs-ignore -p "/usr/bin/$2" "$3"
	fi
}

# install_in_site ACCOUNT PYTHON FOLDER WHEELS NAME... installs packages of a folder of wheels. What is there already stays.
install_in_site() {
	if by_uv "$2"; then
		account=$1 folder=$3 wheels=$4
		shift 4
		as "$account" sh -ec "$install_by_uv" sh "$tools/bin/uv" "$folder" "$wheels" "$@"
		return
	fi
	# shellcheck disable=SC2034
	pip="as $1 $3/bin/pip" wheels=$4
	shift 4
	run_pip install --no-index --find-links "$wheels" "$@"
}

# What is unpacked on the way goes to /tmp where there is room. A lock that uv leaves is taken away; it is for all to write.
# shellcheck disable=SC2016
install_by_uv='uv=$1 folder=$2 wheels=$3
shift 3
export NO_COLOR=1 UV_NO_PROGRESS=1 UV_LINK_MODE=copy
unpacked=$folder/.cache/djship-unpacked
[ "$(df -Pk /tmp | sed -n "2s/[^ ]* *[^ ]* *[^ ]* *\([0-9]*\) .*/\1/p")" -gt 262144 ] || { mkdir -p "$unpacked" && export TMPDIR="$unpacked"; }
locked=
[ ! -e "$folder/.lock" ] || locked=yes
status=0
"$uv" pip install --no-config --offline --no-cache --no-index --find-links "$wheels" --python "$folder/bin/python" "$@" || status=$?
[ "$locked" ] || rm -f "$folder/.lock"
rm -rf "$unpacked"
exit "$status"'

# uv puts a .gitignore there, of one byte, by which git would see nothing of the site: what was there before comes back.
# shellcheck disable=SC2016
venv_by_uv='uv=$1 folder=$2 seeds=$3
shift 3
kept=$folder/.gitignore.djship-kept
[ ! -e "$folder/.gitignore" ] || [ "$(stat -c %s "$folder/.gitignore")" = 1 ] || mv -fT "$folder/.gitignore" "$kept"
"$uv" venv -q --no-config --no-project --offline --no-cache --allow-existing --python /usr/bin/python3 "$folder"
rm -f "$folder/.gitignore"
[ ! -e "$kept" ] || mv -fT "$kept" "$folder/.gitignore"
set -- "$uv" "$folder" "$seeds" --no-deps --reinstall "$@"
'"$install_by_uv"
