# Blobs: what changes want that is too large for the bundle, by SHA-256. The login uploads them to a folder of its own on
# the disk, where what a cut upload has left is found again; root takes what is whole to a folder of its own. The guard
# calls these with its lock held. In: $state, $login, and $silence, which is longer while an upload may be before signs of life in
# the line: nothing is being changed then.
# shellcheck disable=SC2015,SC2034,SC2154
incoming=/var/cache/djship/incoming blobs=$state/blobs wanted='' wrong=''

# blob_tidy removes what was left more than a week ago, and what was being taken when the power went.
blob_tidy() {
	rm -f "$blobs"/*.new
	[ ! -d "$incoming" ] || find "$incoming" -xdev -mindepth 2 -maxdepth 2 -mmin +10080 -exec rm -rf -- {} +
	[ ! -d "$blobs" ] || find "$blobs" -mindepth 1 -maxdepth 1 -mmin +10080 -exec rm -f -- {} +
}

# blobs SUM... prints "SUM BYTES" for each: how much of it the login has uploaded. It only reads, follows no link, and counts
# nothing but plain files of the login's.
blobs() {
	for sum; do
		# shellcheck disable=SC2154
		bytes=$(stat -c '%F|%u|%s' -- "$incoming/$login/$sum" 2>/dev/null)
		case $bytes in
		"regular file|$(id -u "$login")|"*) echo "$sum ${bytes##*|}" ;;
		*) echo "$sum 0" ;;
		esac
	done
}

# blob_line LINE handles a line of the other side, with a dot behind it: "blobs SUM SIZE..." is answered by "MARK blobs BYTES...",
# where to go on, or "kept" for what root has from an earlier run; at "take" root takes what was uploaded. What is not what it should
# be is "MARK wrong SUM...", and is to be uploaded anew; until then nothing begins.
blob_line() {
	case $1 in
	'blobs '*) blob_want "${1#blobs }" ;;
	take.) blob_take ;;
	'go '*) if [ "$wrong" ]; then word=; else silence=${brief:-$silence}; fi ;;
	esac
}

blob_want() {
	wanted=${1%.} told='' brief=$silence silence=60
	case $login in */* | .* | -*) echo "the login $login can have no folder"; leave; exit 1 ;; esac
	mkdir -p "$incoming" && chmod 0711 "${incoming%/*}" "$incoming" && mkdir -p "$incoming/$login" && chown "$login" "$incoming/$login" &&
		chmod 0700 "$incoming/$login" && mkdir -p "$blobs" && chmod 0700 "$state" "$blobs" || { m unkept; leave; exit 1; }
	# shellcheck disable=SC2086
	set -- $wanted
	while [ $# -gt 1 ]; do
		if [ -f "$blobs/$1" ]; then
			told="$told kept"
		else
			has=$(blobs "$1") && has=${has#* }
			# An upload that begins makes the file itself.
			[ "$has" -gt 0 ] && [ "$has" -le "$2" ] || { rm -rf -- "${incoming:?}/$login/$1"; has=0; }
			told="$told $has"
		fi
		shift 2
	done
	m "blobs$told"
}

blob_take() {
	wrong=
	# shellcheck disable=SC2086
	set -- $wanted
	while [ $# -gt 1 ]; do
		[ -f "$blobs/$1" ] || blob_take_one "$1" "$2" || wrong="$wrong $1"
		shift 2
	done
	[ ! "$wrong" ] || m "wrong$wrong"
}

# The login may lay there what it likes, and reads it itself, into a pipe: see the bundle. It has a minute, and a second for each MiB.
blob_take_one() {
	new=$blobs/$1.new limit=$((60 + $2 / 1048576))
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin timeout -k 2 "$limit" setpriv --reuid="$login" --regid="$(id -g "$login")" --clear-groups \
		head -c "$2" -- "$incoming/$login/$1" </dev/null 2>/dev/null 9>&- | timeout --foreground "$limit" head -c "$2" >"$new" 9>&-
	status=$?
	if [ "$status" = 0 ] && [ "$(sha256sum <"$new")" = "$1  -" ] && [ "$(stat -c %s "$new")" = "$2" ]; then
		sync "$new" && mv -f "$new" "$blobs/$1" && rm -rf -- "${incoming:?}/$login/$1" && return
		status=1
	fi
	rm -f "$new"
	case $status in
	0 | 124) rm -rf -- "${incoming:?}/$login/$1" ;;
	*) m unkept; leave; exit 1 ;; # what was uploaded is there for the next run
	esac
	return 1
}
