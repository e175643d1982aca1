# What nginx serves of a site's releases: $served has the files of each folder in $root/static, as hard links. Root's alone.

# join_static ID keep|replace adds the files of a release. What is there under a name already stays with keep; with replace each
# is put in the place of the other in one rename: names with a hash in them are the same in all releases that have them.
join_static() { perl -e "$static_union" "$root/static" "$served" join "$@"; }

# tidy_static takes away what none of the releases has that are left in $root/static.
tidy_static() { perl -e "$static_union" "$root/static" "$served" tidy; }

static_union='use strict;
my ($gathered, $served, $do, $release, $how) = @ARGV;
umask 022;

sub fail { print STDERR "a static file can not be put where nginx serves it: ", @_ ? @_ : "$!", "\n"; exit 1 }

# names gives what a folder has.
sub names { opendir my $dir, $_[0] or return; grep { $_ ne "." && $_ ne ".." } readdir $dir }

# above is the folder of a path.
sub above { $_[0] =~ m!(.*)/! ? $1 : "" }

sub folder { -d $_[0] or folder(above($_[0])) && mkdir($_[0], 0755) or fail() }

# copied takes the place of a link, on another disk or where there are too many.
sub copied {
	my ($source, $new) = @_;
	my @is = stat $source;
	my $size = 0;
	if (open(my $from, "<", $source) and open my $to, ">", $new) {
		while (my $n = sysread $from, my $text, 1 << 20) { (syswrite($to, $text) // 0) == $n or last; $size += $n }
		return 1 if close $to and $size == $is[7] and utime $is[8], $is[9], $new;
	}
	my $why = "$!";
	unlink $new;
	fail($why);
}

sub lay {
	my ($source, $path) = @_;
	my $new = above($path) . "/.djship-new";
	unlink $new;
	link $source, $new or copied($source, $new);
	rename $new, $path or fail();
}

# room makes the folders above a path, and the path free for a file; it is false where other releases have it otherwise.
sub room {
	my ($path, $replace) = @_;
	for (my $above = above($path); !-d $above; $above = above($above)) {
		if (lstat $above) {
			return 0 if !$replace;
			unlink $above or fail();
		} elsif (-d above($above)) { last }
	}
	folder(above($path));
	return 1 if !-d $path;
	system "rm", "-rf", "--", $path if $replace;
	return $replace;
}

sub join_files {
	my ($top, $inside, $replace) = @_;
	for my $name (names("$top$inside")) {
		my ($source, $path) = ("$top$inside/$name", "$served$inside/$name");
		my @is = lstat $source or next;
		if (-d _) { join_files($top, "$inside/$name", $replace); next }
		my @now = stat $path;
		next if @now && -f _ && (!$replace || "@now[0, 1]" eq "@is[0, 1]");
		lay($source, $path) if room($path, $replace);
	}
}

my @releases;

sub tidy {
	my $inside = shift;
	for my $name (names("$served$inside")) {
		my $path = "$served$inside/$name";
		my @is = lstat $path or next;
		if (-d _) { tidy("$inside/$name"); next }
		next if $is[3] > 1; # a release has it
		my ($other) = grep { -f } map { "$_$inside/$name" } @releases;
		if (!defined $other) { unlink $path or fail() }
		elsif ((stat $other)[0] == (stat $served)[0]) { lay($other, $path) }
	}
	rmdir "$served$inside" if $inside ne ""; # where something is in it that fails
}

if (!-d $served) {
	mkdir $served, 0700 and chown 0, scalar getgrnam("www-data"), $served and chmod 0750, $served or fail();
}
if ($do eq "join") {
	join_files("$gathered/$release", "", $how eq "replace" ? 1 : 0) if -d "$gathered/$release";
} elsif (-d $gathered) {
	@releases = map { "$gathered/$_" } reverse sort grep { !/^\./ } names($gathered);
	tidy("");
}'
