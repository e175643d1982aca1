# What became of a release, as $became has it, "ready" where $folder is there, and "renewed RUN" where $renewed is.
# shellcheck disable=SC2154
cat "$became" 2>/dev/null
[ ! -d "$folder" ] || echo ready
[ ! -e "$renewed" ] || { read -r run <"$renewed" && echo "renewed $run"; }
