# Gets the Python $VERSION into $VENV, and lays a link "python" there to its program, as the account that builds. $MIRROR is where
# releases of python-build-standalone are, or a list of Pythons as uv reads it; "" for the usual place. What Django reaches PostgreSQL
# by, of driver.txt, is compiled here where nothing of a site's can have a hand in it, and left in out.
export UV_PYTHON_INSTALL_DIR="$VENV" UV_PYTHON_BIN_DIR="$HOME/bin" UV_PYTHON_PREFERENCE=only-managed SSL_CERT_FILE="${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"
case $MIRROR in
'') ;;
*.json) export UV_PYTHON_DOWNLOADS_JSON_URL="$MIRROR" ;;
*) export UV_PYTHON_INSTALL_MIRROR="$MIRROR" ;;
esac
uv python install --no-config --no-bin "$VERSION"
# What uv has for itself, links to the whole of a version among them.
find "$VENV" -mindepth 1 -maxdepth 1 ! \( -type d -name 'cpython-*' \) -exec rm -rf {} +
cd "$VENV" || exit
for program in cpython-*/bin/"python$VERSION"; do ln -s "$program" python; done
./python -Ic 'import ssl, sqlite3, ctypes, zlib'
./python -Im compileall -q -j 0 cpython-*/lib >/dev/null 2>&1 || :
# Where that fails each site tries it itself, and says why.
(
	INDEX='' EXTRA='' LINKS=''
	ask_index
	uv venv -q --no-config --no-project --python "$VENV/python" "$HOME/env"
	uv pip install -q --no-config --python "$HOME/env/bin/python" --no-deps --require-hashes -r "$HOME/driver.txt"
	mkdir "$HOME/out"
	find "$UV_CACHE_DIR" -name 'psycopg2-*.whl' -exec cp {} "$HOME/out" \;
) >/dev/null 2>&1 || rm -rf "$HOME/out"
