# The one process on a host that a run's changes hang on. It holds the host's lock, takes what is
# uploaded into a folder of root's if it is what was sent, starts the work, and ends it when the other
# side falls silent or is gone; then it leaves nothing behind. $run is the run's id, $holder says whose it is, $login
# is the account that uploads. A small bundle comes by stdin: the first $parcel bytes, of the SHA-256 $sum, for a host that was last changed
# by the run $expect. $basis is where the host keeps what djship_expand makes texts of deltas by, which a shell has that knows of it. $urge is a text that leaves word for who holds the lock. It waits for the lock for $patience seconds, then asks for a sign of life and waits
# again; with 0 it does not wait.
silence=16 # seconds; then the work has two to end by itself
dir=/run/djship
mkdir -p "$dir" && chmod 0711 "$dir" || exit 1

# hear prints the next line of stdin with a dot behind it; it fails after silence.
hear() { timeout --foreground "$silence" sh -c 'read -r line && echo "$line."'; }

# receive gets the bundle that the login uploads, once the other side says that it is there.
receive() {
	word=
	until case $word in 'go '*) ;; *) false ;; esac do
		word=$(hear) || { leave; exit 143; }
		[ "$word" != stop. ] || { leave; m stopped; exit 0; }
		blob_line "$word"
	done
	word=${word#go } size=${word%% *} sum=${word#* } sum=${sum%.}
	# The login may lay there what it likes until it is read, and reads it itself, into a pipe: its other
	# processes may take what the reading one has open: a file, to write to it after the check, or the lock.
	gid=$(id -g "$login") && setpriv --reuid="$login" --regid="$gid" --clear-groups \
		timeout 12 head -c "$size" -- "$upload/bundle" </dev/null 9>&- | timeout --foreground 12 head -c "$size" >"$stage/bundle"
	rm -rf "$upload"
}

umask 077
bundle=
if [ "$parcel" ]; then
	bundle=$(perl -e '
		my ($left, $silence) = @ARGV;
		while ($left > 0) {
			vec(my $in = "", 0, 1) = 1;
			last if select($in, undef, undef, $silence) < 1;
			my $n = sysread STDIN, my $text, $left < 65536 ? $left : 65536 or last;
			print $text;
			$left -= $n;
		}' "$parcel" "$silence" | base64)
	[ "$(printf '%s\n' "$bundle" | base64 -d | wc -c)" = "$parcel" ] || exit 143
fi
exec 9>>"$dir/lock"
chmod 0600 "$dir/lock" # whoever can open it could hold it
waited=
flock -n 9 || { waited=' waited' && eval "$urge"; }
while ! flock -w "$patience" 9; do
	m locked "$(lock_holder)"
	[ "$patience" -gt 0 ] || exit 75
	word=$(hear) || exit 143
	[ "$word" != stop. ] || { m stopped; exit 0; }
done
upload=$dir/upload.$run stage=$dir/stage.$run
leave() { rm -rf "$upload" "$stage" "$dir/holder"; }
rm -rf "$dir"/upload.* "$dir"/stage.*
blob_tidy
trap 'leave; exit 143' TERM HUP PIPE # to whom nobody listens any more
read -r me _ </proc/self/stat # which $$ is not where this shell is one of another's
printf '%s %s %s\n' "$me" "$(started "$me")" "$holder" >"$dir/holder"
mkdir -m 0700 "$stage" "$upload" && chown "$login" "$upload" || { leave; exit 1; }
last=
[ ! -e "$state/last" ] || read -r last <"$state/last"
last=$last$waited # what was planned is of before whoever held it
m ready "$last"
if [ "$bundle" ]; then
	[ "$last" = "$expect" ] || { leave; exit 1; } # the other side makes another plan
	printf '%s\n' "$bundle" | base64 -d >"$stage/bundle"
	rm -rf "$upload"
	bundle=
else
	receive
fi
if [ "$(sha256sum <"$stage/bundle")." != "$sum  -." ]; then
	leave
	m spoiled
	exit 1
fi
tar -xzf "$stage/bundle" -C "$stage" && rm "$stage/bundle" && printf 'mark=%s sign=%s\n' "$mark" "$sign" >"$stage/marks" || { leave; exit 1; }
if [ -f "$stage/delta" ]; then
	djship_expand <"$stage/delta" >"$stage/work" || { leave; exit 1; }
elif [ -f "$stage/basis" ]; then
	rm -rf "${basis%/*}" && mkdir -p "${basis%/*}" && chmod 0700 "$state" && mv "$stage/basis" "$basis" && m basis
fi
umask 022
trap '' HUP PIPE
exec 3<&0
setsid sh "$stage/work" "$stage" </dev/null 3<&- 9>&- &
work=$!
# dash knows the name of a signal before "--" by -s alone.
trap 'kill -s TERM -- "-$work"' TERM
# Should this script itself be killed, nobody else ends the work.
perl -e '
	my ($stop, $silence, $work) = @ARGV;
	for (;;) {
		vec(my $in = "", 0, 1) = 1;
		last if select($in, undef, undef, $silence) < 1 || !sysread STDIN, my $said, 4096;
		next if $said !~ /^stop$/m;
		open my $mark, ">", $stop;
	}
	kill TERM => -$work;
	sleep 2;
	kill KILL => -$work' "$stage/stop" "$silence" "$work" <&3 3<&- >/dev/null 2>&1 9>&- &
watch=$!
exec 3<&-
wait "$work"
status=$?
[ "$status" = 0 ] || note_last "$run" 2>/dev/null
if [ "$status" -gt 128 ]; then
	sleep 2
	kill -s KILL -- "-$work" 2>/dev/null
fi
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null # what is said next is not for it
leave
exec 9>&-
m over "$status"
[ "$status" -le 128 ] || exit "$status"
