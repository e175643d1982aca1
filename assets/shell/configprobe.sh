# Prints what is set for a site by `djship config`, in its folder $config: "now NAME SUM" a value, "before NAME SUM" one of the version before, "undoable" where there is such a
# version, and "last RUN" with the run that has changed it last. It needs configfile.sh and config.sh before it.
config_file sums "$config/env" | sed 's/^/now /'
number=$(config_before)
[ ! "$number" ] || { echo undoable; config_file sums "$config/before.$number" | sed 's/^/before /'; }
[ ! -f "$config/history" ] || tail -n 1 "$config/history" | { read -r _ run _ && echo "last $run"; } || :
