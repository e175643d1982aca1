# gather passes stdin on, to the line "$mark end" (which is in no argv, for others to read), in as few packets as an ethernet carries it in, since a connection that has just begun bears
# ten of them before the other side has answered; nothing is held for longer than 20 ms. What still holds stdin then is not waited for.
# shellcheck disable=SC2154
gather() {
	mark=$mark perl -e '
		my ($held, $seen, $end) = ("", "", "\n$ENV{mark} end\n");
		while ($seen ne $end) {
			vec(my $in = "", 0, 1) = 1;
			if (select($in, undef, undef, length $held ? 0.02 : undef) > 0) {
				my $n = sysread STDIN, $held, 8192, length $held or last;
				$seen .= substr $held, -$n;
				$seen = substr $seen, -length $end if length $seen > length $end;
				next if length $held < 1400 && $seen ne $end;
			}
			syswrite STDOUT, $held;
			$held = "";
		}
		syswrite STDOUT, $held'
}
