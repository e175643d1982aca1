# newest_below HOME PROJECT returns "newest SECONDS" and a newline: when a site's code in its home was changed last, as far as that can be told in two seconds; nothing where there is none.
sub newest_below {
	my ($home, $site) = @_;
	my ($last, $end) = (0, time + 2);
	my @is = lstat "$home/$site" or return "";
	$last = $is[10] if -l _;
	my $see;
	$see = sub {
		my ($in, $deep) = @_;
		opendir my $d, $in or return;
		for (readdir $d) {
			my $code = /^[^.].*\.(?:py|html)$/;
			next if !$code && /\.|^(?:node_modules|site-packages|__pycache__)$/;
			return if time > $end;
			my @is = lstat "$in/$_" or next;
			if (-d _) { $see->("$in/$_", $deep + 1) if $deep < 8 }
			elsif ($code && -f _ && $is[10] > $last) { $last = $is[10] }
		}
	};
	$see->("$home/$site", 0);
	return $last ? "newest $last\n" : "";
}
