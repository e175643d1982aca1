# Prints "NAME HOST:PORT" of each registry of packages, of apt's and pip's, that takes no connection. Where a proxy
# is set up nothing can be told.
proxied=$(apt-config dump 2>/dev/null | grep -i 'acquire::https\{0,1\}::proxy "[^"]')
# reach NAME URL
reach() {
	address=${2#*://}
	case $2 in https:*) port=443 ;; *) port=80 ;; esac
	address=${address%%/*}
	address=${address##*@}
	case $address in *:*) port=${address##*:} address=${address%:*} ;; esac
	timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$address" "$port" 2>/dev/null || echo "$1 $address:$port"
}
if [ ! "$proxied" ]; then
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
		sed -n -e 's/^deb  *\(\[[^]]*\] *\)\{0,1\}\(https\{0,1\}:[^ ]*\).*/\2/p' -e 's/^URIs: *\(https\{0,1\}:[^ ]*\).*/\1/p' |
		sort -u | while read -r uri; do reach apt "$uri"; done
fi
if ! grep -qs '^ *proxy' /etc/pip.conf; then
	index=$(sed -n 's/^ *index-url *= *//p' /etc/pip.conf 2>/dev/null)
	reach pip "${index:-https://pypi.org/}"
fi
