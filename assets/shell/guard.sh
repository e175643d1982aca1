# The one process on a host that a run's changes hang on. It holds the host's lock, makes the
# folder for uploads, starts the work when it is told to, and ends it when the other side falls
# silent or is gone; then it leaves nothing behind.
silence=16 # seconds; then the work has two to end by itself
dir=/run/djship
mkdir -p "$dir" && chmod 0711 "$dir" || exit 1

# hear prints the next line of stdin with a dot behind it; it fails after silence.
hear() { timeout --foreground "$silence" sh -c 'read -r line && echo "$line."'; }

exec 9>>"$dir/lock"
while ! flock -w "$patience" 9; do
	m locked "$(cat "$dir/holder" 2>/dev/null)"
	[ "$patience" -gt 0 ] || exit 75
	word=$(hear) || exit 75
	[ "$word" != stop. ] || { m stopped; exit 0; }
done
stage=$dir/stage.$run
leave() { rm -rf "$stage" "$dir/holder"; }
rm -rf "$dir"/stage.*
trap 'leave; exit 143' TERM
printf '%s %s\n' "$$" "$holder" >"$dir/holder"
mkdir -m 0700 "$stage" && chown "$login" "$stage" || { leave; exit 1; }
last=
[ ! -e "$state/last" ] || read -r last <"$state/last"
m ready "$stage" "$last"
word=
until [ "$word" = go. ]; do
	word=$(hear) || { leave; exit 1; }
	[ "$word" != stop. ] || { leave; m stopped; exit 0; }
done
trap '' HUP PIPE
exec 3<&0
setsid sh "$stage/work" "$stage" </dev/null 3<&- 9>&- &
work=$!
# dash knows the name of a signal before "--" by -s alone.
trap 'kill -s TERM -- "-$work"' TERM
{
	while word=$(hear); do
		[ "$word" != stop. ] || : >"$stage/stop"
	done
	kill -s TERM -- "-$work"
	# Should this script itself have been killed, nobody else does it.
	sleep 2
	kill -s KILL -- "-$work"
} <&3 3<&- >/dev/null 2>&1 9>&- &
watch=$!
exec 3<&-
wait "$work"
status=$?
if [ "$status" -gt 128 ]; then
	sleep 2
	kill -s KILL -- "-$work" 2>/dev/null
fi
kill "$watch" 2>/dev/null
leave
exec 9>&-
m over "$status"
