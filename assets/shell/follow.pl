# Prints the last lines of logs, older files of theirs that were rotated among them, and then, where that is asked for, what is added. The words: how many lines of each, "yes" to
# go on, the process that is wanted or "" for all, the file with the values of `djship config`, which are not shown, NAME=PATH of each log, and =PATH of a folder whose further logs are followed as they begin. configvalues.pl stands before this text. A line is the log's name, a tabulator and the text, 16 KiB at most. Lines that begin with "=" are of here: "=zone"
# how far the host's clock is from UTC, "=has" each log that there is where one process is wanted, "=time" when a log was last written, in seconds since 1970, "=caught" when all that there was is said, "=now" that all is said that was in the logs at that time, in hundredths of a second since 1970.
use strict;
use POSIX ();
use Fcntl;

my ($lines, $on, $wanted, $config, @logs) = @ARGV;
my ($longest, $most, $part) = (16384, 32 << 20, 1 << 18); # bytes of a line, that are looked through for lines, and that are read at once

my ($mask, $of, $booted, @old) = (undef, "", 0);

# now returns the time in hundredths of a second: never more than it is, and after a second no less.
sub now {
	my $seconds = time;
	open my $file, '<', '/proc/uptime' or return 100 * $seconds;
	my ($up) = <$file> =~ /^([\d.]+)/ or return 100 * $seconds;
	$booted = $seconds - $up if $seconds - $up > $booted || $seconds - $up < $booted - 2;
	return int 100 * ($booted + $up);
}

# learn reads what is not to be shown, where that has changed.
sub learn {
	my @is = lstat $config;
	my $now = join " ", @is[1, 7, 9, 10];
	$mask = config_mask($config) if $now ne $of;
	$of = $now;
}

sub put {
	my ($name, $text) = @_;
	$text =~ s/$mask/********/g if $mask;
	print $name, "\t", substr($text, 0, $longest), "\n";
}

# open_log opens a plain file; a link is nobody's log.
sub open_log {
	sysopen my $file, $_[0], O_RDONLY | O_NOFOLLOW | O_NONBLOCK or return;
	return -f $file ? $file : undef;
}

# last_lines returns the last lines of a file and where the one begins that is not ended yet.
sub last_lines {
	my ($file, $wants) = @_;
	my $begin = my $end = -s $file;
	my ($text, $step) = ('', 1 << 16);
	while ($begin > 0 && $text =~ tr/\n// <= $wants && length $text < $most) {
		$step = $begin if $step > $begin;
		$begin -= $step;
		sysseek $file, $begin, 0;
		sysread $file, my $part, $step;
		$text = $part . $text;
		$step *= 2;
	}
	my @all = split /\n/, $text, -1;
	my $open = pop @all;
	shift @all if $begin > 0;
	splice @all, 0, @all - $wants if @all > $wants;
	return ($end - length $open, @all);
}

# older_lines returns the last lines of what was rotated away.
sub older_lines {
	my ($path, $wants) = @_;
	my @all;
	for my $n (1 .. 30) {
		last if @all >= $wants;
		my (@more, $file);
		if ($file = open_log("$path.$n")) {
			(undef, @more) = last_lines($file, $wants - @all);
		} elsif (-f "$path.$n.gz" && !-l "$path.$n.gz") {
			open $file, '-|', 'gzip', '-dc', '--', "$path.$n.gz" or next;
			my $seen = 0;
			while (defined(my $line = <$file>)) {
				chomp $line;
				push @more, $line;
				shift @more if @more > $wants - @all;
				last if ($seen += length $line) > 16 * $most;
			}
		} else {
			last if $n > 1;
			next;
		}
		unshift @all, @more;
	}
	return @all;
}

# begin prints the last lines of a log.
sub begin {
	my $log = shift;
	my @all;
	my $newest = $log->{file} = open_log($log->{path});
	$newest //= open_log("$log->{path}.1");
	printf "=time %s %d\n", $log->{name}, (stat $newest)[9] if $newest;
	if ($log->{file}) {
		($log->{at}, @all) = last_lines($log->{file}, $lines);
	}
	unshift @all, older_lines($log->{path}, $lines - @all) if @all < $lines;
	put($log->{name}, $_) for @all;
}

# copied prints what was not read of a log that was copied away and made empty.
sub copied {
	my $log = shift;
	my $copy = open_log("$log->{path}.1") or return;
	my ($size, $changed) = (stat $copy)[7, 10];
	return if $size < $log->{at} || $size - $log->{at} > $most || time - $changed > 60;
	sysseek $copy, $log->{at}, 0;
	sysread $copy, my $text, $size - $log->{at};
	put($log->{name}, $_) for split /\n/, $text;
}

# go_on prints what was added to a log, of much a part, and tells whether there may be more. What was rotated away goes to @old: its program may write there for a while.
sub go_on {
	my $log = shift;
	$log->{file} //= open_log($log->{path}) or return 0;
	my @now = $log->{until} ? () : stat $log->{path};
	sysseek $log->{file}, $log->{at} // 0, 0;
	my $n = sysread($log->{file}, my $text, $part) // 0;
	my $whole = rindex($text, "\n") + 1;
	$whole = $n if !$whole && $n > $longest;
	put($log->{name}, $_) for split /\n/, substr $text, 0, $whole;
	$log->{at} += $whole;
	return 1 if $n == $part;
	if ($log->{until}) {
		$log->{until} = time + 10 if $whole;
		put($log->{name}, substr $text, $whole) if $n > $whole && time >= $log->{until};
		return 0;
	}
	my @open = stat $log->{file};
	if (@now && "@now[0, 1]" ne "@open[0, 1]") {
		push @old, { %$log, until => time + 10 } if @old < 100;
		delete @$log{qw(file at)};
		return 1;
	}
	return 0 if $open[7] >= ($log->{at} // 0);
	copied($log);
	$log->{at} = 0;
	return 1;
}

# wants tells whether a log is asked for.
sub wants {
	my ($name) = $_[0]{name} =~ /^([^:]*)/;
	return $wanted eq '' || $name eq $wanted || $wanted eq 'nginx' && $name =~ /^(?:access|error)$/;
}

# begun returns logs in a folder that are not among those of a hash, by path, and notes them there; it never has more than a thousand.
sub begun {
	my ($folder, $known) = @_;
	opendir my $open, $folder or return;
	my @new;
	while (defined(my $file = readdir $open)) {
		$file =~ /^([A-Za-z0-9_.-]{1,80})\.log$/ or next;
		my $log = { name => $1, path => "$folder/$file" };
		last if keys %$known >= 1000;
		push @new, $log if !$known->{$log->{path}}++ && wants($log);
	}
	return @new;
}

my @named = map { /^([A-Za-z0-9:_.-]{1,80})=(.*)/s ? { name => $1, path => $2 } : () } @logs;
my ($folder) = map { /^=(.*)/s ? $1 : () } @logs;
my %known = map { $_->{path} => 1 } @named;
my @all = grep { wants($_) } @named;
if ($wanted ne '') {
	open_log($_->{path}) and print "=has $_->{name}\n" for @named;
}
print '=zone ', POSIX::strftime('%z', localtime), "\n";
my $now = now();
learn() if $config ne '';
begin($_) for @all;
$| = 1;
print "=caught\n=now $now\n";
my $looked = time;
while ($on) {
	my $more = 0;
	$now = now();
	if (defined $folder && time - $looked >= 2) {
		push @all, begun($folder, \%known);
		$looked = time;
	}
	learn() if $config ne '';
	$more += go_on($_) for @old, @all;
	@old = grep { time < $_->{until} } @old;
	next if $more;
	print "=now $now\n";
	select undef, undef, undef, 0.2;
}
