# Reads files of a host for root: root's own, and in each site's home, by the site's account, what root asks about. Root starts this in a session without a terminal, as a process that can gain no
# rights. stdin is "MARK SIGN" and then parts: a line "root LINES" or "ACCOUNT LINES WORDS", and so many lines of Perl which call the functions below, and that of newest.pl, which stands before this text. What root's put is printed
# as it is. What an account's put comes from a process that has become the account for good: 8 MiB and ten seconds of it at most, each line behind a colon, all of it behind a line "MARK WORDS". Of
# an account that there is not nothing comes.
use strict;
BEGIN { $^H |= 0x400000 } # "use filetest access", for which perl-base has no file: -x tells what the kernel would

my ($seconds, $most, $most_of_all) = (10, 8 << 20, 16 << 20); # the last of all accounts
my $head = <STDIN> // exit;
my ($mark, $sign) = split " ", $head;
my ($put, @paths, %stat) = ("");

sub put { $put .= join "", @_ }

# part WORD begins what an account tells of a step, by its number, or says "closed" or "end"; own WORD the same of root.
sub part { put("\n$sign $_[0]\n") }
sub own { put("\n$mark $_[0]\n") }

# look PATH... says which paths st will be asked for: one process reads them all.
sub look { push @paths, @_ }

# st PATH puts what st of look.sh prints.
sub st {
	my ($path) = @_;
	look($path) if !exists $stat{$path};
	if (my @asked = splice @paths) {
		@stat{@asked} = map { by_kernel($_) } @asked;
		by_program(grep { !defined $stat{$_} } @asked);
	}
	put("$stat{$path}\n");
}

# The kernel is asked itself where its number for statx is known, by the machine that the program of this process is made for, as ELF has it: 64 bits of x86, ARM, RISC-V and s390.
my $statx = do {
	my ($bits, $machine) = unpack "x4 C x13 S", content("/proc/self/exe", 20) . "\0" x 20;
	$bits == 2 ? { 62 => 332, 183 => 291, 243 => 291, 22 => 379 }->{$machine} : undef;
};
my %kinds = (0100 => "regular file", 0040 => "directory", 0120 => "symbolic link", 0140 => "socket", 0010 => "fifo", 0020 => "character special file", 0060 => "block special file");
my (%users, %groups);

# by_kernel PATH returns what stat would print of it, without its path, or "absent"; undef where that has to be asked.
sub by_kernel {
	my ($path) = @_;
	return undef if !$statx;
	my ($at, $no_follow, $basic, $is) = (-100, 0x100, 0x7ff, "\0" x 256);
	if (syscall($statx, $at, $path, $no_follow, $basic, $is) != 0) {
		return $! == 38 || $! == 1 ? undef : "absent"; # ENOSYS and EPERM: a kernel, or a container, that has no such call
	}
	my ($uid, $gid, $mode, $inode, $size, $seconds, $nanoseconds) = unpack "x20 L L S x2 Q Q x48 q L", $is;
	my $kind = $kinds{ ($mode & 0170000) >> 9 } // return undef;
	$kind = "regular empty file" if $kind eq "regular file" && !$size;
	my $user = $users{$uid} //= getpwuid($uid) // "UNKNOWN";
	my $group = $groups{$gid} //= getgrgid($gid) // "UNKNOWN";
	my @at = localtime $seconds;
	my @utc = gmtime $seconds;
	my $east = ($at[2] - $utc[2]) * 60 + $at[1] - $utc[1] + 1440 * ($at[5] <=> $utc[5] || $at[7] <=> $utc[7]);
	return sprintf "%s|%s:%s|%o|%d %d %04d-%02d-%02d %02d:%02d:%02d.%09d %s%02d%02d", $kind, $user, $group, $mode & 07777, $size, $inode,
		$at[5] + 1900, $at[4] + 1, @at[3, 2, 1, 0], $nanoseconds, $east < 0 ? "-" : "+", abs($east) / 60, abs($east) % 60;
}

# by_program PATH... notes what stat prints of them.
sub by_program {
	my @asked = @_ or return;
	@stat{@asked} = ("absent") x @asked;
	open my $from, "-|", "stat", "-c", "%n|%F|%U:%G|%a|%s %i %z", "--", @asked or die;
	while (my $line = <$from>) {
		shift @asked while @asked && index $line, "$asked[0]|"; # it leaves out what is not there
		$stat{ $asked[0] } = substr $line, 1 + length $asked[0] if @asked;
		chomp $stat{ $asked[0] } if @asked;
	}
}

# content PATH BYTES is what a plain file begins with.
sub content {
	my ($path, $bytes) = @_;
	my $text = "";
	-f $path && open my $file, "<", $path or return "";
	while (length $text < $bytes && sysread $file, $text, $bytes - length $text, length $text) { }
	return $text;
}

# f PATH puts what f of look.sh prints; has PATH WORDS puts WORDS, too, where PATH is a link to a file which has them in a line.
sub f {
	my ($path) = @_;
	st($path);
	put(-l $path ? readlink($path) . "\n" : content($path, 262144));
}
sub has {
	my ($path, $words) = @_;
	f($path);
	put("$words\n") if -l $path && index(content($path, 262144), $words) >= 0;
}

# quoted PATH... puts of each plain file that is there "file PATH", and what it has, each line of that behind a colon.
sub quoted {
	for my $path (@_) {
		next if !-f $path;
		my $text = content($path, 262144);
		$text =~ tr/\0//d;
		put("file $path\n", map { /\n\z/ ? ":$_" : ":$_\n" } $text =~ /[^\n]*\n|[^\n]+/g);
	}
}

# leads PATH puts where a link leads, "other" for what is none.
sub leads {
	my ($path) = @_;
	put(-l $path ? readlink($path) . "\n" : -e $path ? "other\n" : "");
}

# account NAME puts what account of prelude.sh prints.
sub account {
	my @is = getpwnam $_[0] or return;
	my $state = $is[1] eq "" ? "NP" : $is[1] =~ /^[!*]/ ? "L" : "P";
	put(join(":", $is[0], "x", @is[2, 3, 6, 7, 8]), "\n", scalar getgrgid($is[3]), "\n$is[0] $state\n");
}

# sum PATH puts "file SUM", the SHA-256 of what a plain file begins with.
sub sum {
	my ($path) = @_;
	return if -l $path || !-f $path;
	my $text = content($path, 1024);
	return put("file ", Digest::SHA::sha256_hex($text), "  -\n") if $INC{"Digest/SHA.pm"};
	pipe my $from, my $to or die;
	syswrite $to, $text;
	close $to;
	open STDIN, "<&", $from or die;
	put("file ", `sha256sum`);
}

# names_db FILE... puts "elsewhere" where one of the files sets DB_HOST.
sub names_db {
	for (@_) { return put("elsewhere\n") if content($_, 1 << 20) =~ /^[^#\n]*\bDB_HOST=/m }
}

# entries FOLDER are the names in it, sorted; none where it can't be read.
sub entries {
	opendir my $folder, $_[0] or return;
	my @names = sort grep { !/^\.\.?$/ } readdir $folder;
	return @names;
}

# empty FOLDER puts "empty" where there is nothing in it, or no folder.
sub empty { put("empty\n") if !(() = entries($_[0])) }

# code PROJECT puts whose the code of the site is: "placeholder" while djship's page is in it, "none" where there is nothing, else "own": what can not be read, too.
sub code {
	my $in = "$ENV{HOME}/$_[0]";
	my (undef, $line) = split /\n/, content("$in/$_[0]/views.py", 4096);
	return put("placeholder\n") if ($line // "") =~ /page that stands in for/;
	my $none = -l $in ? 0 : !-e _ ? 1 : -d _ && -r $in && !(() = entries($in));
	put($none ? "none\n" : "own\n");
}

# newest PROJECT puts when its code was changed last.
sub newest { put(newest_below($ENV{HOME}, $_[0])) }

# venv FOLDER PYTHON puts "ok" where a virtualenv is whole and of the Python that the system has now.
sub venv {
	my ($at, $python) = @_;
	my $is = readlink $python;
	put("ok\n") if defined $is && -x "$at/bin/python" && -x "$at/bin/pip" && -e "$at/bin/activate" && -d "$at/lib/$is";
}

# distributions FOLDER PYTHON puts the notes of the Python packages that are installed in a virtualenv: "NAME-VERSION.dist-info". Who has installed a wheel is what an
# installer notes last; where it was cut off before, the package is none.
sub distributions {
	my ($at, $python) = @_;
	my $in = "$at/lib/" . (readlink $python // "") . "/site-packages";
	put(map { "$_\n" } grep { /\..*-info$/ && (!/\.dist-info$/ || -e "$in/$_/INSTALLER") } entries($in));
}

# become makes of this process one of an account's, and tells whether it is that and nothing more.
sub become {
	my ($uid, $gid, @groups) = @_;
	my %in = map { $_ => 1 } $gid, @groups;
	$) = join " ", $gid, keys %in;
	$( = $gid;
	$> = $uid;
	$< = $uid; # of a process that is none of root by $> this sets all three
	open my $status, "<", "/proc/self/status" or return;
	my %is = map { /^(\w+):\s*(.*?)\s*$/ ? ($1 => $2) : () } <$status>;
	return $uid && $is{Uid} eq join("\t", ($uid) x 4) && $is{Gid} eq join("\t", ($gid) x 4) && $is{NoNewPrivs} eq "1"
		&& join(" ", sort split " ", $is{Groups}) eq join(" ", sort keys %in) && !grep { /^Cap(?:Inh|Prm|Eff|Amb)$/ && $is{$_} =~ /[^0]/ } keys %is;
}

# groups_of NAME... are the groups that accounts are in beside their own, by names.
sub groups_of {
	my %of = map { $_ => [] } @_;
	setgrent;
	while (my @is = getgrent) {
		for (split " ", $is[3]) { push @{ $of{$_} }, $is[2] if $of{$_} }
	}
	return %of;
}

# alone tells whether nobody but root can look into this process, which root has begun.
sub alone { return (stat "/proc/self/environ")[4] == 0 }

# see_as reads what an account is asked for, as that.
sub see_as {
	my ($asked, $to) = @_;
	my ($name, undef, $uid, $gid, undef, $home) = @{ $asked->{is} };
	setpgrp 0, 0;
	alarm $seconds + 2;
	open STDIN, "<", "/dev/null" or exit 1;
	open STDOUT, ">", "/dev/null" or exit 1;
	become($uid, $gid, @{ $asked->{in} }) or exit 1;
	%ENV = (PATH => "/usr/bin:/bin", LC_ALL => "C", HOME => $home, USER => $name, LOGNAME => $name, map { defined $ENV{$_} ? ($_ => $ENV{$_}) : () } "TZ");
	if (!alone()) {
		put("fs.suid_dumpable is 1 on the host, and whatever becomes another account can be looked into by that: sysctl fs.suid_dumpable=0\n");
	} elsif (-d $home && !-x $home) {
		part("closed");
		part("end");
	} elsif (eval "$asked->{text};1") {
		part("end");
	}
	while (length $put) { substr $put, 0, syswrite($to, $put) || exit 1, "" }
	kill KILL => $$; # Perl by itself would look through all that it has made
}

# begin has an account read what it is asked for in a process of its own, and returns what to hear of it.
sub begin {
	my ($asked) = @_;
	pipe my $from, my $to or die;
	@$asked{qw(from said until)} = ($from, "", time + $seconds);
	$asked->{pid} = fork // die;
	see_as($asked, $to) if !$asked->{pid};
	return fileno $from;
}

# hear takes in what an account says, and tells whether that is all. What reads for too long, or too much, is ended.
sub hear {
	my ($asked, $ready) = @_;
	my $n = $ready ? sysread $asked->{from}, $asked->{said}, 65536, length $asked->{said} : 1;
	return 1 if !$n;
	$most_of_all -= $n if $ready;
	return 0 if time <= $asked->{until} && length $asked->{said} < $most && $most_of_all > 0;
	kill KILL => -$asked->{pid};
	return 1;
}

sub show {
	my ($words, $said) = @_;
	$said =~ s/^/:/mg if length $said;
	print "\n$mark $words\n$said";
}

open STDERR, ">", "/dev/null";
chdir "/";
$| = 1;
my (@asked, %heard);
my $root = "";
while (my $line = <STDIN>) {
	my ($who, $lines, $words) = $line =~ /^(\w+) (\d+)(?: (.*))?$/ or die;
	my $text = join "", map { scalar <STDIN> } 1 .. $lines;
	if ($who eq "root") { $root = $text } else { push @asked, { account => $who, words => $words, text => $text } }
}
if (@asked) {
	# getpwnam would read shadow, too.
	open my $entries, "-|", "getent", "passwd", map { $_->{account} } @asked or die;
	read $entries, my $said, 4096 * @asked; # it may be a program of a person that prints without end
	my %is = map { my @is = split /:/, $_, -1; @is == 7 ? ($is[0] => \@is) : () } split /\n/, $said;
	my %in = groups_of(keys %is);
	@$_{qw(is in)} = ($is{ $_->{account} }, $in{ $_->{account} }) for @asked;
	eval { require Digest::SHA } if @asked > 3; # it takes longer than sha256sum three times
}
# All have begun before anything is read: no process of an account has what is not that one's.
for my $asked (@asked) {
	if ($asked->{is}) { $heard{ begin($asked) } = $asked } else { show($asked->{words}, "") }
}
eval "$root;1" or die;
print $put;
while (%heard) {
	my $in = "";
	vec($in, $_, 1) = 1 for keys %heard;
	$in = "" if select($in, undef, undef, 1) <= 0;
	for (keys %heard) {
		my $asked = $heard{$_};
		next if !hear($asked, vec $in, $_, 1);
		delete $heard{$_};
		show(@$asked{qw(words said)});
	}
}
