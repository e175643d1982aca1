# compile_code has the release in $code byte-compiled, which its account could not keep: each worker would compile it all anew. By its own $python, which looks at no virtualenv, as an
# account of djship's that owns nothing and may read what $site may; root takes over what comes, by the programs in $overlay. A release works without it, so that nothing here is a failure. $about.laid tells that the code
# has not been changed since. It needs wheels.sh before it.
# shellcheck disable=SC2016,SC2154
compile_code() {
	builder=djship-$(id -u "$site")
	own_account >/dev/null || return 0
	setpriv --reuid="$builder" --regid="$builder" --groups="$(getent group "$site" | cut -d: -f3)" --inh-caps=-all --no-new-privs \
		env -i PATH="$PATH" LC_ALL=C.UTF-8 nice -n 5 timeout -k 2 300 sh -c 'ulimit -v 4194304; exec "$0" -I -S "$1" "$2"' "$python" "$overlay/compile_code.py" "$code" </dev/null 2>/dev/null |
		timeout --foreground 310 python3 -I "$overlay/take_bytecode.py" "$code" >/dev/null 2>&1 || :
	sync -f "$code"
	[ ! -e "$about.laid" ] || touch -- "$about.laid"
}
