# What an account that builds tells uv, and what it knows of indexes; uv reads nothing of pip's.
PATH=/opt/djship/bin:/usr/local/bin:/usr/bin:/bin
export NO_COLOR=1 UV_NO_PROGRESS=1 UV_CACHE_DIR="$HOME/cache" UV_HTTP_TIMEOUT=60
# pip_settings prints what `pip config list` would, in a tenth of the time.
pip_settings='
import configparser, os
def say(section, name, value):
    print("%s.%s=%r" % (section, name.lower().replace("_", "-"), value.strip()))
for name, value in os.environ.items():
    if name.startswith("PIP_") and name != "PIP_CONFIG_FILE":
        say(":env:", name[4:], value)
files = ["/etc/xdg/pip/pip.conf", "/etc/pip.conf"]
given = os.environ.get("PIP_CONFIG_FILE")
conf = configparser.RawConfigParser()
conf.read([] if given == os.devnull else files + [given] * bool(given))
for section in "global", "install":
    if conf.has_section(section):
        for name, value in conf.items(section):
            say(section, name, value)
'

# told NAME prints what pip is told on this host, by its environment or a file.
told() {
	for section in :env: install global; do
		value=$(printf '%s\n' "$conf" | sed -n "s/^$section\\.$1='\\(.*\\)'\$/\\1/p" | sed 's/\\n/ /g')
		[ ! "$value" ] || break
	done
	printf %s "$value"
}

# ask_index sets whom uv asks: as pip would, and whom the project names, by $INDEX, $EXTRA and $LINKS, only where nobody has told
# otherwise. $own is "yes" where the index is the host's.
ask_index() {
	conf=$(/usr/bin/python3 -Ic "$pip_settings" 2>/dev/null) || conf=
	own='' index=$(told index-url) more=$(told extra-index-url) links=$(told find-links | tr ' ' ',')
	if [ "$index" ] && { [ ! "$INDEX" ] || [ "${PIP_INDEX_URL-}" ]; }; then own=yes; else index=$INDEX; fi
	[ "${PIP_INDEX_URL-}" ] || more="$EXTRA${EXTRA:+${more:+ }}$more" links="$LINKS${LINKS:+${links:+,}}$links"
	if [ "${PIP_INDEX_URL-}" ] && [ "$INDEX$EXTRA$LINKS" ]; then
		echo 'the index that the inventory names is asked; lines -i, --extra-index-url and -f of the requirements are passed over'
	fi
	[ ! "$index" ] || export UV_DEFAULT_INDEX="$index"
	[ ! "$more" ] || export UV_INDEX="$more" UV_INDEX_STRATEGY=unsafe-best-match # as pip
	[ ! "$links" ] || export UV_FIND_LINKS="$links"
	hosts=$(told trusted-host)
	[ ! "$hosts" ] || export UV_INSECURE_HOST="$hosts"
	proxy=$(told proxy)
	[ ! "$proxy" ] || export HTTPS_PROXY="$proxy" HTTP_PROXY="$proxy"
	certs=$(told cert)
	export SSL_CERT_FILE="${SSL_CERT_FILE:-${certs:-/etc/ssl/certs/ca-certificates.crt}}"
	unset PIP_INDEX_URL
}
