# The system's own pip, run by the new environment's Python, spares a second pip.
tools=/opt/djship
wanted='virtualenv supervisor'
# The last virtualenv that makes environments for Python 2, where the release still has that.
[ -z "$(apt-cache madison python2-dev 2>/dev/null)" ] || wanted='virtualenv<20.22 supervisor'
/usr/bin/python3 -Im venv --without-pip "$tools"
# shellcheck disable=SC2034
pip="$tools/bin/python /usr/lib/python3/dist-packages/pip"
# shellcheck disable=SC2086
run_pip install --ignore-installed --no-warn-script-location $wanted
"$tools/bin/supervisord" --version
"$tools/bin/virtualenv" --version
