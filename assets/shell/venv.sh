# make_venv makes a release's virtualenv at $venv, whole or not at all, and then $venv.whole. An account of djship's that owns
# nothing else makes it there, for a virtualenv can't be moved; root takes it over as data when all processes of the account have
# ended, and runs nothing of it. In: $site, whose group the releases' folder is for; $code, the release's; $python; $needed and
# $pinned, requirements and constraints; $resolved, versions that another host has; $driver, requirements of the driver for PostgreSQL; $build_text, a shell text for the account,
# and $take_text, a Python text for root; what the first of these reads of its environment; and $pip_index, where it is set the
# index to ask.
make_venv() (
	# shellcheck disable=SC2154
	# What a build leaves behind with its account's rights must be no way into another site's.
	builder=djship-$(id -u "$site") build=${venv%/*}/.build group=$(getent group "$site" | cut -d: -f3)
	begin_building
	# shellcheck disable=SC2154
	printf '%s' "$needed" >"$build/needed.txt"
	# shellcheck disable=SC2154
	printf '%s' "$pinned" >"$build/pinned.txt"
	# shellcheck disable=SC2154
	printf '%s' "$resolved" >"$build/resolved.txt"
	# shellcheck disable=SC2154
	printf '%s' "$driver" >"$build/driver.txt"
	chown -h "$builder:" "$build"/* "$venv" "$build"
	export VENV="$venv" CODE="$code" PYTHON="$python"
	# shellcheck disable=SC2154
	build "$build_text"
	take_over "$venv" "$python" "$(readlink -f "$python")"
)

# begin_building makes room for $builder at $build and $venv, which is not whole until it is taken over.
begin_building() {
	own_account
	trap venv_clear EXIT
	trap 'exit 143' TERM
	mkdir -p "${venv%/*}"
	rm -f "$venv.whole"
	venv_clear
	mkdir -m 0700 "$build" "$venv"
}

# make_python makes the Python $version at $venv, in the same way, and a wheel in $wheels of what must be compiled for it. In:
# $mirror, where it is set that of Pythons to ask; $driver; $build_text; $take_text; $pip_index.
make_python() (
	builder=djship-build build=${venv%/*}/.build group=
	begin_building
	printf '%s' "$driver" >"$build/driver.txt"
	chown -h "$builder:" "$build/driver.txt" "$venv" "$build"
	# shellcheck disable=SC2154
	export MIRROR="$mirror" VERSION="$version" VENV="$venv"
	# shellcheck disable=SC2154
	build "$build_text"
	# shellcheck disable=SC2154
	[ ! -d "$build/out" ] || { into=$wheels && mkdir -p "$into" && take_wheels; }
	take_over "$venv"
)

# by_builder COMMAND... runs a command as $builder in $build, with the group $group besides its own, and no other than these.
by_builder() {
	setpriv --reuid="$builder" --regid="$builder" --groups="$(id -g "$builder")${group:+,$group}" --inh-caps=-all --no-new-privs \
		env -C "$build" HOME="$build" USER="$builder" LOGNAME="$builder" TMPDIR="$build" nice -n 5 "$@"
}

# build TEXT runs a shell text as $builder. Passwords in addresses are not shown. When it is over, nothing of the account's
# runs any more.
build() {
	[ ! "${pip_index-}" ] || export PIP_INDEX_URL="$pip_index"
	exec 4>&1
	status=$({
		{
			by_builder sh -ec "$1" 2>&1 3>&- 4>&- && echo 0 >&3 || echo $? >&3
			end_processes
		} | perl -e "$masked" >&4
	} 3>&1)
	exec 4>&-
	return "$status"
}

# A line may have no end: of that 64 KiB are kept in mind.
# shellcheck disable=SC2016
masked='$| = 1;
sub put { $_ = shift; s,(://[^/\@\s]*):[^/\@\s]*@,$1:****@,g; s,(://)[^/\@:\s]*@,$1****@,g; print }
while (sysread STDIN, $S, 65536 - length $S, length $S) {
	$N = length $S < 65536 ? 1 + rindex $S, "\n" : length $S;
	put(substr $S, 0, $N, "") if $N;
}
put($S) if length $S'

# take_over FOLDER LINK... puts a folder of root's with the same files into the place of one of $builder's, where links may lead to
# nothing but what is in there, and each LINK; then FOLDER.whole.
take_over() { by_builder tar -C "$1" -cf - . | take "$@"; }

# venv_clear takes away what $builder has, and $venv where it is not whole.
venv_clear() {
	clear_away
	[ -e "$venv.whole" ] || rm -rf "$venv" "$venv.new"
}
