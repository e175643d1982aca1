# traced has what the account of $site prints shorter for people: of a traceback the frames that are the site's own, a line each, or where none is the last ones, and the error. What is
# printed is passed on line by line; it ends with its input, or at a line of $end_of_traced: what the account leaves running may keep a pipe open.
# shellcheck disable=SC2016,SC2154
end_of_traced='-- end of what it printed --'

# traced [FILE] puts the name of the migration that was at work at the end into a file.
traced() { (ulimit -v 1048576 && exec perl -e "$short_traces" "$site" "$end_of_traced" "${1-}"); }

# It tells own code by its place, below a release or the site's home, outside of a virtualenv. The frames are gathered up to the line of the
# error, which is not indented; of one that would not end the last are kept.
short_traces='
my ($site, $end, $file) = @ARGV;
my ($within, $applying, $frame, $again, @own, @all) = (0, "");
$| = 1;
sub keep {
	my ($list, $most) = @_;
	push @$list, $frame;
	shift @$list while @$list > $most;
}
sub shown {
	print map("$_\n", @own ? @own : @all);
	$within = 0;
	@own = @all = ();
}
while (defined($_ = <STDIN>)) {
	s/\r?\n\z//;
	last if $_ eq $end;
	next if /^\s*\z/;
	$applying = $2 ? "" : $1 if /^  Applying ([\w.]{1,200}?)\.\.\.( OK\z)?/;
	$applying = "" if /^ OK\z/;
	if (!$within) {
		if (/^(?!.*Exception Group )(.*?)Traceback \(most recent call last\):$/) {
			my $before = $1;
			$within = 1;
			print "$before\n" if $before =~ /\S/;
		} elsif (!/^(?:During handling of the above exception|The above exception was the direct cause)/) {
			print "$_\n";
		}
	} elsif (/^  File "(.{1,500})", line (\d+)(?:, in (.{1,200}))?$/) {
		my ($path, $line, $in) = ($1, $2, $3);
		my $own = $path =~ s!^/webapps/(?:\.sites/\Q$site\E/releases/[^/]+|\Q${site}\E_project)/!! && $path !~ m!-packages/|^lib/python|(?:^|/)manage\.py\z!;
		$path =~ s!^.*-packages/!!;
		$frame = "$path, line $line" . (defined $in ? ", in $in" : "") . ": ";
		my $code = <STDIN>;
		last unless defined $code;
		if ($code =~ /^    \s*(\S.*)/) { $frame .= substr $1, 0, 200 } else { chop $frame; chop $frame; $again = $code }
		keep(\@all, 2);
		keep(\@own, 4) if $own;
		if (defined $again) { $_ = $again; undef $again; redo }
	} elsif (/^\S/) {
		shown();
		print "$_\n";
	}
}
shown();
if ($file && $applying) {
	open my $to, ">", $file or die "$!\n";
	print $to "$applying\n";
}
'
