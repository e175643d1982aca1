# The static files that $site has gathered are handed to root as data: what is said of them is its account's word, from the folder to the last byte.
# Files that an earlier release has, in a folder of root's, are named alone, and are one file with those: browsers that have it need not fetch it again.
# hand_static FOLDER BEFORE, by the account, prints "+SIZE PATH", a zero byte and so many bytes for each file below FOLDER, "=0 PATH" for one that BEFORE has as well, "!0 PATH" for what
# is no file or another name of one before, and "." at the end. BEFORE is "" for none.
# shellcheck disable=SC2154
hand_static() { as "$site" perl -e "$hand_static" "$@" </dev/null; }
hand_static='use strict;
my ($top, $before) = @ARGV;
my %named;

# say ends it where nobody hears any more: what runs as root may have it ignore the signal.
sub say { print @_ or die "$!\n" }

# same tells whether two files have the same bytes.
sub same {
	my ($one, $two, $size) = @_;
	return 0 if !lstat $two or !-f _ or -s _ != $size;
	open my $first, "<", $one or return 0;
	open my $second, "<", $two or return 0;
	while (my $n = sysread $first, my $text, 1 << 18) {
		sysread $second, my $other, $n;
		return 0 if ($size -= $n) < 0 || $text ne $other;
	}
	return $size == 0;
}

sub hand {
	my $inside = shift;
	opendir my $dir, "$top/$inside" or die "$!\n";
	for my $name (grep { $_ ne "." && $_ ne ".." } readdir $dir) {
		my $path = "$inside$name";
		my ($disk, $inode, $links, $size) = (lstat "$top/$path")[0, 1, 3, 7];
		if (-d _) { hand("$path/"); next }
		if (!-f _ || $links > 1 && $named{"$disk $inode"}++) { say("!0 $path\0"); next }
		if ($before ne "" && same("$top/$path", "$before/$path", $size)) { say("=0 $path\0"); next }
		open my $file, "<", "$top/$path" or die "$!\n";
		say("+$size $path\0");
		while ($size > 0 and my $n = read $file, my $text, $size < 1 << 20 ? $size : 1 << 20) { $size -= $n; say($text) }
		die "$path has become shorter\n" if $size;
	}
}
hand("");
say(".\0");
close STDOUT or die "$!\n"'

# take_static INTO BEFORE, by root, makes of that the folder INTO, and prints how many files are in it. BEFORE is that of root alone.
take_static() { (ulimit -v 1048576 && exec timeout --foreground 600 perl -e "$take_static" "$@"); }
take_static='use strict;
use Fcntl;
my ($into, $before) = @ARGV;
my ($most, $left, $leave, $room, $asked) = (200000, 8 << 30, 128 << 20, 0, 0);
my ($said, $count, $files) = ("", 0, 0);

sub refuse { print STDERR "the static files are not taken: @_\n"; exit 1 }

# bounded refuses bytes where they are too many, or the disk has no room for them. It is asked anew for each 16 MiB.
sub bounded {
	my ($what, $size) = @_;
	refuse("$what: too much") if ($left -= $size) < 0;
	if (!$asked || ($room -= $size) < 0 || ($asked += $size) > 16 << 20) {
		open my $df, "-|", "df", "-k", "--output=avail", "--", $into or refuse("$! df");
		my (undef, $free) = <$df>;
		($asked, $room) = (1, $free * 1024 - $leave - $size);
	}
	print(STDERR "there is no room for the static files beside what the host keeps free: No space left on device\n"), exit 1 if $room < 0;
}

# more reads on, up to so many bytes.
sub more { my $n = sysread STDIN, $said, $_[0], length $said; $n or refuse("they come in no order: they have no end") }

# plain tells whether a name can be shown and is one.
sub plain {
	my $name = shift;
	return $name !~ /[\0-\037\177]/ if $name !~ /[^\0-\177]/;
	return utf8::decode($name) && $name !~ /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/;
}

# parts is a path in its parts.
sub parts {
	my $name = shift;
	my @found = grep { $_ ne "" && $_ ne "." } split m!/!, $name;
	(my $shown = substr $name, 0, 100) =~ s/[^ -~]/?/g;
	refuse("a name that is none: $shown") if length $name > 1000 || @found > 40 || $name =~ m!^/! || grep({ $_ eq ".." } @found) || !plain($name);
	return @found;
}

sub folder { -d $_[0] && !-l $_[0] or mkdir $_[0], 0755 or refuse("$! $_[0]") }

umask 022;
mkdir $into, 0755 or refuse("$! $into");
for (;;) {
	more(65536) while $said !~ /\0/ && length $said < 2000;
	$said =~ s/\A([^\0]{1,1100})\0// or refuse("a name that is none: it has no end");
	my $head = $1;
	last if $head eq ".";
	my ($kind, $size, $name) = $head =~ /\A([+=!])(\d{1,18}) (.*)\z/s or refuse("they come in no order");
	my @found = parts($name);
	my $shown = substr join("/", @found), 0, 200;
	refuse("more than $most") if ++$count > $most;
	refuse("$shown is a link or no file") if $kind eq "!" || !@found;
	my $path = $into;
	for my $i (0 .. $#found) { folder($path) if $i; $path .= "/$found[$i]" }
	$files++;
	if ($kind eq "=") {
		my $old = join "/", $before, @found;
		refuse("they come in no order: $shown") if $before eq "" || !lstat $old || !-f _;
		link $old, $path or refuse("$! $shown");
		next;
	}
	bounded("$shown has " . ($size >> 20) . " MiB", $size);
	sysopen my $to, $path, O_WRONLY | O_CREAT | O_EXCL, 0644 or refuse("$! $shown");
	while ($size > 0) {
		more($size < 1 << 20 ? $size : 1 << 20) if $said eq "";
		my $text = substr $said, 0, $size, "";
		$size -= length $text;
		for (my $at = 0; $at < length $text;) { $at += syswrite($to, $text, length($text) - $at, $at) || refuse("$! $shown") }
	}
	close $to or refuse("$! $shown");
}
print "$files static files\n"'
