# build_wheels REQUIREMENT... builds wheels by an account that owns nothing else, and puts them in
# $wheels, where root alone writes and every site may read.
build_wheels() {
	build=$wheels.build
	rm -rf "$build"
	mkdir -p "$wheels"
	mkdir -m 0700 "$build"
	chown nobody "$build"
	# With the system's setuptools pip need not first make an environment to build in.
	as nobody /usr/bin/python3 -c 'import setuptools, wheel' 2>/dev/null && set -- --no-build-isolation "$@"
	pip="as nobody env HOME=$build TMPDIR=$build /usr/bin/python3 -m pip"
	run_pip wheel --no-deps -w "$build/out" "$@"
	for wheel in "$build"/out/*.whl; do
		new=$wheels/.${wheel##*/}.djship-new
		as nobody cat "$wheel" >"$new"
		sync "$new"
		mv -f "$new" "$wheels/${wheel##*/}"
	done
	rm -rf "$build"
}
