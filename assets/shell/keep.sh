# What root keeps of what the migrations of the $release of $site destroy, and of the state before them, when $live was live ("" for what is in the home of the site); both come from the site's account, as data,
# in the frames that djship_keep.py sends. $records has a file a migration, $kept the data under the same name, for root alone ($keeps says what of it). A migration that has changed nothing leaves none. What is being written ends in .part until it is whole.
# shellcheck disable=SC2016,SC2154
# keep_begin has what comes on $stage/keep put there, until keep_end STATUS, of a migration that has ended so.
keep_begin() {
	keep_name=$(date -u +%Y%m%dT%H%M%SZ)-$release
	rm -f "$stage/keep" "$stage/safe" "$stage/lost" "$stage/schema" "$kept"/*.part # of what was cut off: the host's lock is held
	mkdir -p "$records" "$kept" && chmod 0700 "${kept%/*}" "$kept" && printf 'live %s\n' "${live:-0}" | put_for "$site" "$records/$keep_name" && mkfifo -m 0600 "$stage/keep" || return
	room=$(df -Pk -- "$kept" | awk 'NR == 2 { print int($4 * 0.75) * 1024 }')
	perl -e "$keep_all" "$stage" "$records/$keep_name" "$kept/$keep_name" "$room" <"$stage/keep" &
	keeper=$!
}
keep_end() {
	tries=0 # what the account has left running may hold the pipe
	while kill -0 "$keeper" 2>/dev/null && [ "$tries" -lt 20 ]; do sleep 0.1; tries=$((tries + 1)); done
	kill "$keeper" 2>/dev/null
	wait "$keeper" || :
	rm -f "$stage/keep"
	[ ! -e "$stage/lost" ] || cat "$stage/lost"
	sed -n 's/^waits //p' "$records/$keep_name" >"$stage/waits"
	if ! grep -q -e '^applied ' -e '^reversed ' "$records/$keep_name" && case $1 in 0 | 73 | 74 | 75) ;; *) false ;; esac; then
		rm -f "$records/$keep_name" "$kept/$keep_name".*
		return
	fi
	sed -n 's/^misses \([^\t]*\)\t\(.*\)/notice: not kept: \2, which \1 destroys: its rows have no key/p' "$records/$keep_name"
	for file in "$kept/$keep_name".*; do
		case $file in *.part) continue ;; esac
		[ -e "$file" ] || continue
		size=$(du -hs --apparent-size -- "$file") || continue
		size=${size%%[!0-9A-Z.]*}
		case $size in *[0-9]) size="$size bytes" ;; esac
		case $file in
		*.dump) echo "notice: the whole database is kept as it was before, for pg_restore: $file, $size" ;;
		*) ! grep -q '^keeps ' "$records/$keep_name" || echo "notice: kept before: $(sed -n 's/^keeps [^\t]*\t\([^\t]*\)\t\([0-9]*\)$/\1, \2 rows/p' "$records/$keep_name" | head -n 20 | tr '\n' ';' | sed 's/;$//; s/;/; /g'); in $file, $size" ;;
		esac
	done
}
keep_all='use strict; use Fcntl; use IO::Handle;
my ($stage, $record, $kept, $room) = @ARGV;
my ($folder) = $kept =~ m!(.*)/!;
my (%name, %to) = (d => "$kept.gz", b => "$kept.dump", s => "$stage/schema");
my ($size, $said) = (0, 0);
sub take {
	my ($n, $text) = (shift, "");
	while (length $text < $n) { sysread STDIN, $text, $n - length $text, length $text or return }
	return $text;
}
sub mark { open my $file, ">", "$stage/$_[0]" or die "$!\n"; print $file "$_[1]\n"; close $file }
sub lose { unlink map("$name{$_}.part", keys %to); mark("lost", "what the migrations destroy can not be kept on the host: $_[0]"); exit }
open my $words, ">>", $record or die "$!\n";
while (defined(my $head = take(11))) {
	my ($kind, $n) = $head =~ /\A([dbswe])(\d{10})\z/ or last;
	last if $n > 65536;
	my $data = take($n);
	last if !defined $data;
	if ($kind eq "w") {
		next if ($said += $n) > 1 << 20;
		$data =~ tr/\t\n -~//cd;
		print $words map("$_\n", grep(/^(?:before|counted|applied|reversed|keeps|misses|waits) ./, split /\n/, $data));
		$words->flush and $words->sync;
	} elsif ($kind eq "e") {
		for my $file (values %to) { $file->sync && close $file or lose("$!") }
		for my $kind (keys %to) { rename "$name{$kind}.part", $name{$kind} or lose("$!") }
		system("sync", "--", $folder) == 0 or lose("its folder can not be written to the disk");
		mark("safe", "");
		%to = ();
	} else {
		$to{$kind} or sysopen $to{$kind}, "$name{$kind}.part", O_WRONLY | O_CREAT | O_EXCL, 0600 or lose("$!");
		lose(sprintf "%s has %d MiB for it, three quarters of what is free", $folder, $room >> 20) if ($size += $n) > $room;
		for (my $at = 0; $at < $n;) { $at += syswrite($to{$kind}, $data, $n - $at, $at) || lose("$!") }
	}
}
lose("it was cut off") if %to;'
