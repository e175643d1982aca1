# Writes versions.txt, the newest versions of what wanted.txt names and of what that needs; and where $KNOWN does not say the same makes kit.tar: what
# a virtualenv has of them, with byte code. What an installer writes last, by which a package is known as whole, is last in it.
export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=hardlink UV_HTTP_RETRIES=1
ask_index
echo '# kit 1' >versions.txt
uv pip compile -q --no-config --no-header --no-annotate --python /usr/bin/python3 wanted.txt >>versions.txt
[ "$(cat "$KNOWN" 2>/dev/null)" != "$(cat versions.txt)" ] || exit 0
uv venv -q --no-config --no-project --offline --python /usr/bin/python3 env
find env -mindepth 1 ! -type d -printf '%P\n' >bare
uv pip install --no-config --python env/bin/python --no-deps -r versions.txt
env/bin/python -Im compileall -q -j 0 -x '/tests?/|/gis/' env/lib || :
tar -C env -cf kit.tar --anchored --no-wildcards -X bare --no-anchored --exclude=INSTALLER bin lib
find env -name INSTALLER -printf '%P\n' | tar -C env -rf kit.tar -T -
