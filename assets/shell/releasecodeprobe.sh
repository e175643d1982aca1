# Prints "there" where $code is laid out, and "have TREE COMMIT" of each release noted in $about, whose objects are in $repo.
[ ! -d "$code" ] || echo there
[ ! -f "$repo/HEAD" ] || for note in "$about"/*; do
	case $note in *.*) continue ;; esac
	[ -f "$note" ] && while read -r key value; do
		case $key in tree) tree=$value ;; commit) echo "have $tree $value" ;; esac
	done <"$note"
done
