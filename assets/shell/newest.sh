# newest PROJECT prints "newest SECONDS": when the code was changed last.
newest() {
	perl -e '
my ($site) = @ARGV;
my ($last, $end) = (0, time + 2);
sub see {
	my ($in, $deep) = @_;
	opendir my $d, $in or return;
	for (readdir $d) {
		my $code = /^[^.].*\.(?:py|html)$/;
		next if !$code && /\.|^(?:node_modules|site-packages|__pycache__)$/;
		return if time > $end;
		my @is = lstat "$in/$_" or next;
		if (-d _) { see("$in/$_", $deep + 1) if $deep < 8 }
		elsif ($code && -f _ && $is[10] > $last) { $last = $is[10] }
	}
}
chdir $ENV{HOME} or exit;
my @is = lstat $site or exit;
$last = $is[10] if -l _;
see($site, 0);
print "newest $last\n" if $last' "$1"
}
