# Prints "there" where the $release in the folder $releases is laid out, with "changed PATH" for each of the first things in there that have been changed, by their ctime, since it was: what is
# taken away changes its folder. And "have TREE COMMIT ID" of each release that is there and has a note in $about: its objects are in $repo.
[ ! -d "$releases/$release" ] || {
	echo there
	[ ! -f "$about/$release.laid" ] || find "$releases/$release" -cnewer "$about/$release.laid" -printf '%P\n' | head -n 5 | sed 's/^/changed /'
}
[ ! -f "$repo/HEAD" ] || for note in "$about"/*; do
	[ -f "$note" ] && [ -d "$releases/${note##*/}" ] && while read -r key value; do
		case $key in tree) tree=$value ;; commit) echo "have $tree ${value% dirty} ${note##*/}" ;; esac
	done <"$note"
done
