# Prints the releases of each site that djship has made here, or of $project alone, a line "key value" for each thing known: "site NAME" begins a
# site, of which "live ID" tells which release is live and "was ID TIME" when each went live and stayed so; "release ID" begins a release, of which
# lines of its note follow, "ready" where all of it is there, what became of it ("state", "why"), "waits APP.NAME" for migrations that only remove and are still to be run, and "failed" with why it could not be made ready. All is in folders of root's.
tell() { [ ! -f "$2" ] || while read -r key value; do case " $1 " in *" $key "*) printf '%s %s\n' "$key" "$value" ;; esac; done <"$2"; }
for record in "$state"/sites/*; do
	site=${record##*/}
	case $site in *[!a-z0-9_]*) continue ;; esac
	[ ! "$project" ] || [ "$project" = "$site" ] || continue
	echo "site $site"
	own=/webapps/.sites/$site told=
	[ ! -L "$own/current" ] || { live=$(readlink "$own/current") && echo "live ${live##*/}"; }
	[ ! -f "$own/about/.history" ] || tail -n 500 "$own/about/.history" | sed 's/^/was /'
	# What has no note was not finished.
	for path in "$own/about"/* "$own/releases"/* "$own/releases"/.*.new; do
		id=${path##*/} id=${id#.} id=${id%%.*}
		case $told in *" $id "*) continue ;; esac
		[ -e "$path" ] || continue
		told="$told $id "
		printf 'release %s\n' "$id"
		tell 'tree commit by at' "$own/about/$id"
		[ ! -f "$own/about/$id.checked" ] || [ ! -d "$own/releases/$id" ] || echo ready
		tell 'state why' "$own/about/$id.state"
		[ ! -f "$own/about/$id.waits" ] || head -n 20 "$own/about/$id.waits" | sed 's/^/waits /'
		[ ! -f "$own/about/$id.failed" ] || { read -r why <"$own/about/$id.failed"; printf 'failed %s\n' "$why"; }
	done
done
m end
