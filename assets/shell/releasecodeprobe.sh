# Prints "there" where the $release in the folder $releases is laid out, and "have TREE COMMIT" of each that is and has a note in
# $about: its objects are in $repo.
[ ! -d "$releases/$release" ] || echo there
[ ! -f "$repo/HEAD" ] || for note in "$about"/*; do
	[ -f "$note" ] && [ -d "$releases/${note##*/}" ] && while read -r key value; do
		case $key in tree) tree=$value ;; commit) echo "have $tree ${value% dirty}" ;; esac
	done <"$note"
done
