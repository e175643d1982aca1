# install_uv FOLDER installs the requirement on stdin, uv, into the environment of djship's tools in FOLDER, as install_tools does.
install_uv() {
	find "$1"/lib/python3*/site-packages -mindepth 1 -maxdepth 1 -name 'uv-*.dist-info' -exec rm -rf {} +
	# shellcheck disable=SC2034
	pip="$1/bin/python /usr/lib/python3/dist-packages/pip"
	ask_index install --ignore-installed --no-deps --no-warn-script-location --require-hashes --only-binary :all: -r /dev/stdin
	"$1/bin/uv" --version
}
