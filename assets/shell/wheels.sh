# build_wheels ACCOUNT FOLDER PYTHON OPTION... has pip fetch or build wheels of the requirements on
# stdin, by an account of djship's that owns nothing else, and puts them into FOLDER, where root
# alone writes. Of the account nothing is left but its name. $pip_index, where it is set, is the index to ask.
build_wheels() (
	builder=$1 into=$2 build=$2.build python=$3
	shift 3
	own_account
	trap clear_away EXIT
	trap 'exit 143' TERM
	clear_away
	mkdir -p "$into"
	mkdir -m 0700 "$build"
	cat >"$build/wanted"
	chown "$builder:" "$build"
	[ ! "${pip_index-}" ] || export PIP_INDEX_URL="$pip_index"
	# No setgid crontab or at: what runs after the build is ended for good.
	by="as $builder setpriv --no-new-privs env HOME=$build TMPDIR=$build"
	if [ "$python" = /usr/bin/python2 ]; then # Debian has no pip for it
		$by /usr/local/bin/virtualenv -q --no-periodic-update -p "$python" "$build/env"
		python=$build/env/bin/python
	fi
	pip="$by $python -m pip"
	# For a build that pip isolates it starts another pip, with the index and its password in argv.
	ask_index wheel --no-build-isolation -w "$build/out" "$@" -r "$build/wanted"
	end_processes
	take_wheels
)

# fetch_wheels ACCOUNT FOLDER PYTHON OPTION... is build_wheels for one change alone: FOLDER is emptied before, and gone
# when the change ends.
fetch_wheels() {
	fetched=$2
	rm -rf "$fetched"
	trap 'rm -rf "$fetched"' EXIT
	trap 'exit 143' TERM
	build_wheels "$@"
}

# has_wheel FOLDER NAME tells whether a wheel of NAME is in FOLDER for the Python 3 that the system has now.
has_wheel() {
	version=$(readlink /usr/bin/python3)
	version=${version#python}
	set -- "$1/$2"-*-cp"${version%%.*}${version#*.}"-*.whl
	[ -e "$1" ]
}

# own_account makes the account $builder, where there is none: no login, no home.
own_account() {
	if ! getent passwd "$builder" >/dev/null; then
		groupadd -rf "$builder"
		useradd -r -M -g "$builder" -d /nonexistent -s /usr/sbin/nologin -c 'djship wheels' -p '!' "$builder"
	fi
	# By its number, which must be no other's: all its processes are going to be ended.
	case $(getent passwd "$(id -u "$builder")") in
	"$builder":*:/nonexistent:/usr/sbin/nologin) ;;
	*) echo "the host has an account $builder that is not djship's"; return 1 ;;
	esac
}

# clear_away takes away what $builder has, here and where every account may have something.
clear_away() {
	end_processes
	rm -rf "$build"
	find /tmp /var/tmp /dev/shm -mindepth 1 -maxdepth 1 -user "$builder" -exec rm -rf {} + 2>/dev/null || :
}

# end_processes ends all that $builder runs.
end_processes() {
	as "$builder" sh -c 'kill -s KILL -- -1' 2>/dev/null || : # there are none
	hold no_processes
}
no_processes() { [ ! "$(find /proc -maxdepth 1 -user "$builder" 2>/dev/null)" ]; }

# take_wheels takes what $builder has built: plain files with the names of wheels, of 32 MiB and 32
# in number at most. They are read by the account, for what they are is its word.
take_wheels() {
	name='[A-Za-z0-9_.!+]+(-[A-Za-z0-9_.!+]+){4,5}\.whl'
	found=$(find "$build/out" -mindepth 1 -maxdepth 1 -type f -size -65537 -regextype posix-extended -regex "$build/out/$name")
	count=$(find "$build/out" -mindepth 1 -maxdepth 1 -printf . | head -c 33 | wc -c)
	if [ "$count" -gt 32 ] || [ "$count" != "$(echo "$found" | grep -c .)" ]; then
		echo 'the build left what is no wheel, or too much; nothing of it is taken'
		return 1
	fi
	for wheel in $found; do
		new=$into/.${wheel##*/}.djship-new
		as "$builder" head -c 33554432 -- "$wheel" >"$new"
		[ "$into" = "${fetched-}" ] || sync "$new" # else it is to be gone in a moment
		mv -f "$new" "$into/${wheel##*/}"
	done
}
