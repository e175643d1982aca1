# How root looks at files, where nobody else has laid anything. see.pl does the same, and for a site's account in its home.

# look PATH... asks for many paths at once, for st.
look() { stats=$(stat -c '%n|%F|%U:%G|%a|%s %i %z' -- "$@" 2>/dev/null); }

# st PATH prints "kind|owner:group|mode|version", or "absent". The version is another one after each change.
st() {
	all=absent fields=$IFS IFS=$nl
	set -f
	for known in ${stats:-$(stat -c '%n|%F|%U:%G|%a|%s %i %z' -- "$1" 2>/dev/null)}; do
		case $known in "$1|"*) all=${known#"$1|"} && break ;; esac
	done
	set +f
	IFS=$fields
	echo "$all"
}

# f PATH prints the line of st and, of a plain file, its content.
f() {
	st "$1"
	if [ -L "$1" ]; then readlink -- "$1"; elif [ -f "$1" ]; then head -c 262144 -- "$1"; fi
}
