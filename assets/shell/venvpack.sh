# take FOLDER LINK... puts a folder of root's with what a tar on stdin holds in the place of what is there, where links may lead to
# nothing but what is in there, and each LINK; then FOLDER.whole. Who has made the tar need not be trusted. In: $take_text, a Python
# text.
take() {
	made=$1
	shift
	rm -rf "$made.new" "$made.whole"
	mkdir -m 0755 "$made.new"
	# shellcheck disable=SC2154
	(ulimit -v 1048576 && exec /usr/bin/python3 -Ic "$take_text" "$made.new" "$@") # a head in there may be as large as it likes
	rm -rf "$made"
	mv -T "$made.new" "$made"
	sync -f "$made"
	: >"$made.whole"
	sync "$made.whole"
}

# pack_venv FOLDER FILE packs a whole virtualenv: the same bytes where it is the same.
pack_venv() {
	[ -e "$1.whole" ] || { echo "$1 is not whole"; return 1; }
	tar -C "$1" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner -I 'gzip -n1' -cf "$2" .
}

# list_venv FOLDER FILE writes which packages a whole virtualenv has, and in which versions: NAME==VERSION a line.
list_venv() {
	[ -e "$1.whole" ] || { echo "$1 is not whole"; return 1; }
	for package in "$1"/lib/python3*/site-packages/*-*.dist-info; do
		package=${package##*/} package=${package%.dist-info}
		echo "${package%-*}==${package##*-}"
	done | head -c 262144 >"$2"
}

# lay_venv FILE FOLDER LINK... lays a packed virtualenv.
lay_venv() (
	file=$1
	shift
	laid=$1
	trap 'rm -rf "$laid.new"' EXIT
	trap 'exit 143' TERM
	mkdir -p "${laid%/*}"
	gzip -dc "$file" | take "$@"
)
