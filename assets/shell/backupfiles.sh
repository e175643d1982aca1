# Prints a tar of what is a site's own in its home, $1, as its account: all but what a deploy makes there, logs, sockets, the placeholders' static files, and what was there before a restore. What waits to be sent is told on stderr, in bytes.
set -- "$1" --exclude=./bin --exclude=./lib --exclude=./lib64 --exclude=./include --exclude=./share --exclude=./pyvenv.cfg --exclude=./logs --exclude=./run --exclude=./static --exclude=./current --exclude=./.cache \
	--exclude=./.djship-restore "--exclude=./djship-before-*"
cd "$1" || exit
shift
size=$(timeout 60 du -s --apparent-size -B 1 "$@" . 2>/dev/null) && echo "size ${size%%[!0-9]*}" >&2
LC_ALL=C exec tar --create --file=- --format=posix --pax-option=delete=atime,delete=ctime --hard-dereference --ignore-failed-read --anchored "$@" .
