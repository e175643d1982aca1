# Runs a command in the environment of a site, by bash, as the site's account; $0 is the file that sets that environment. The words are: where what the command
# prints is added to, which nobody waits for then, or "" where it has streams of its own; the folder of a manage.py that the command is for, or "" for a program; the
# command. $code may be set in that file, and is where manage.py is. $djship_inside is this text, in the environment of one that has a log.
log=$1 code=$2 manage=$2
shift 2
# note adds a line to the log, as gunicorn writes its own.
note() { printf '[%s] [%s] [INFO] %s\n' "$(date '+%Y-%m-%d %H:%M:%S %z')" "$$" "$1"; }
# shellcheck disable=SC2154
if [ "$log" ]; then
	umask 027
	exec </dev/null >>"$log" 2>&1 || exit
	note 'a command begins'
	if bash -c "$djship_inside" "$0" '' "$manage" "$@"; then status=0; else status=$?; fi
	note "the command has ended with status $status"
	exit "$status"
fi
unset djship_inside
# shellcheck disable=SC1090
. "$0" || { echo "djship: $0 has failed" >&2; exit 1; }
[ ! "$manage" ] || set -- python "$code/manage.py" "$@"
exec "$@"
