# bounded SECONDS WORDS passes on what a program of djship's prints from within a site's code, up to its last line, "status N": for so many seconds, 256 KiB of it, plain text, and
# only lines that begin with one of WORDS, "done|failed". What the site's account leaves running may keep the pipe open.
# shellcheck disable=SC2016
bounded() {
	timeout --foreground "$1" perl -e 'my ($T, $MOST) = ("", 262144);
while (length $T < $MOST && sysread STDIN, $T, 65536, length $T) { last if $T =~ /^status \d+\n\z/m }
print substr $T, 0, $MOST' | LC_ALL=C tr -d '\000-\010\013-\037\177' | cut -b -2000 | grep -aE "^($2)( |\$)"
}
