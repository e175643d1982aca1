# install_tools FOLDER installs the requirements on stdin there by the system's own pip, run by the new environment's
# Python, which spares a second pip. It takes wheels alone: nothing of what root gets is run before
# its hash was seen to be right.
install_tools() {
	tools=$1
	# venv fails where what runs beside it makes the folder just then.
	mkdir -p "$tools"
	/usr/bin/python3 -Im venv --without-pip "$tools"
	# What is there was of other versions, or is half of these; pip, told to look for nothing, would leave its notes.
	find "$tools"/lib/python3*/site-packages -mindepth 1 -maxdepth 1 -name '*.dist-info' -exec rm -rf {} +
	# shellcheck disable=SC2034
	pip="$tools/bin/python /usr/lib/python3/dist-packages/pip"
	ask_index install --ignore-installed --no-warn-script-location --require-hashes --only-binary :all: -r /dev/stdin
	"$tools/bin/supervisord" --version
	"$tools/bin/virtualenv" --version
}
