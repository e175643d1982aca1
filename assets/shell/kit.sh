# Packages for sites, unpacked and compiled once a host: $kits/PYTHON.tar is what a virtualenv has of them, and PYTHON.of says in which versions.
# Both are root's; who makes the tar is an account of djship's that owns nothing else, and who unpacks it is the site's. In: $kits;
# $build_text, a text for that account; $pip_index, where it is set the index to ask.

# get_kit PYTHON sets $kit: the newest of the packages on stdin and of what they need; "" where uv gets none.
get_kit() {
	kit=$kits/$1.tar
	set +e
	(set -e && make_kit "$1") # no condition, in which sh would go on after what fails
	[ $? = 0 ] || kit=
	set -e
}

make_kit() (
	builder=djship-fetch build=$kits.build group=
	venv=$build/env # which nobody takes over
	begin_building
	cat >"$build/wanted.txt"
	chown -h "$builder:" "$build"/* "$build"
	export INDEX='' EXTRA='' LINKS='' KNOWN="$kits/$1.of"
	# shellcheck disable=SC2154
	build "$build_text"
	of=$(by_builder head -c 4096 versions.txt)
	[ "$of" != "$(cat "$KNOWN" 2>/dev/null)" ] || exit 0
	mkdir -p "$kits"
	find "$kits" -mindepth 1 -delete # that of a Python of before, too
	by_builder head -c 268435457 kit.tar >"$kits/new"
	[ "$(stat -c %s "$kits/new")" -le 268435456 ]
	sync "$kits/new"
	mv "$kits/new" "$kits/$1.tar"
	printf '%s\n' "$of" >"$KNOWN"
)

# unpack_kit ACCOUNT FOLDER unpacks $kit over the virtualenv in FOLDER.
unpack_kit() {
	as "$1" sh -ec "$unpack_kit" sh "$2" "$kit" "$kits.build/env" && return
	rm -f "$kits"/*.of
	echo 'the packages that the host has kept for sites could not be unpacked; the next run fetches them anew'
	return 1
}
# Scripts name the environment that they were made in.
# shellcheck disable=SC2016
unpack_kit='cd "$1"
tar --no-same-owner --no-overwrite-dir -xf "$2"
grep -lZsF "#!$3/bin/" bin/* | xargs -0r sed -i "1s,^#!$3/bin/,#!$1/bin/,"'
