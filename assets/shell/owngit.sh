# own_git ARGUMENT... is git on $repo, a repository of root's own, deaf to all settings but those in there; $index, where it is set, is its index.
own_git() {
	# shellcheck disable=SC2154
	env -i PATH=/usr/bin:/bin HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1 \
		GIT_DIR="$repo" ${index:+GIT_INDEX_FILE="$index"} git -c core.hooksPath=/nonexistent "$@"
}
