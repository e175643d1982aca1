# Prints of a site's releases "live ID" where $live leads to one, "was ID" for each line of $history, "has ID AT" for each that is
# noted in $about, and "has ID" for other folders in $releases.
[ ! -L "$live" ] || echo "live $(basename "$(readlink "$live")")"
[ ! -f "$history" ] || while read -r id _; do echo "was $id"; done <"$history"
for note in "$about"/*; do
	case ${note##*/} in *.*) continue ;; esac
	[ -f "$note" ] && while read -r key value; do
		[ "$key" != at ] || echo "has ${note##*/} $value"
	done <"$note"
done
for folder in "$releases"/* "$releases"/.*.new; do
	id=${folder##*/} id=${id#.} id=${id%.new}
	[ ! -d "$folder" ] || [ -f "$about/$id" ] || echo "has $id"
done
