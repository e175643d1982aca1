# Prints of a site's releases "live ID" where $live leads to one, "was ID" for each line of $history, "has ID AT" for each that is
# noted in $about, "has ID" for other folders in $releases, and "busy ID" for each whose processes were told to end, as $ending has them, and may be at work.
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
[ ! -s "$ending" ] || while read -r _ id _; do echo "busy $id"; done <"$ending"
