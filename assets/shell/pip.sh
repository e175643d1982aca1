# run_pip COMMAND ARGUMENT... runs "$pip" without questions, and nothing that it keeps for later.
run_pip() {
	export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 # whatever a pip.conf of the host says
	# shellcheck disable=SC2154,SC2086
	$pip "$@" --no-input --no-cache-dir --disable-pip-version-check --progress-bar off
}

# ask_index COMMAND ARGUMENT... is run_pip and, where it fails, says which index it asked: pip names
# any but the usual one itself, without a password in it.
ask_index() {
	run_pip "$@" && return
	echo 'the index that pip asked: the one it names above, else https://pypi.org/simple'
	return 1
}
