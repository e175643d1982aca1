# Carries the streams of a command between a host and who has asked for it, who is at the other end of stdin and stdout. Whoever runs this (root) becomes
# the account that is asked for; the command's streams, its terminal too, are made for it alone. Each way go frames: a letter, a length of four bytes, a text; newlines may
# stand between those to here.
# What to run (see asked) stands in hexadecimal digits behind this text, so that it comes with it.
# To here: "i" bytes of its stdin, "z" that these end, "s" a signal, "r" rows and columns of its terminal, "l" a sign of life.
# From here: "o" and "e" what it prints, "a" how many bytes of its stdin it has taken, "x" how it has ended, "f" why it was not begun.
# When the other side is gone, or silent for 16 seconds, the command is ended, and all that it has begun.
use strict; # and nothing else: loading POSIX would take longer than all that is done here for a short command

my $silence = 16;    # seconds
my $room = 65536;    # bytes that wait to be sent before no more is read of the command
my $last = 1 << 20;  # bytes that are read of it once it has ended: others may hold its streams, and print without end
my ($received, $to_send, $to_type, $typed_all, $gone) = ('', '', '', 0, 0);
my (%from, $into, $terminal, $command, $left, $ended, $quiet);

# again tells that a read or a write would have waited, or was disturbed: EAGAIN and EINTR.
sub again { return $! == 11 || $! == 4 }

sub send_frame { $to_send .= pack 'a N/a*', @_ }

# all_sent writes what is left to be sent, for five seconds at most.
sub all_sent {
	my $until = time + 5;
	while (length $to_send && time < $until) {
		vec(my $out = '', 1, 1) = 1;
		select undef, $out, undef, 1 or next;
		my $n = syswrite STDOUT, $to_send;
		return if !defined $n && !again();
		substr $to_send, 0, $n // 0, '';
	}
}

sub refuse { send_frame f => $_[0]; all_sent(); exit 0 }

# asked reads what to run: texts of a word, a blank and a value, with NULs between. "as" is the account, "in" the folder to begin in (its home), "env" a variable, "word" the program and each
# of its arguments, "terminal" says the size of one that it is to have, "need" is a path which must be there, or the command is not begun, "left" is there for one that nobody waits for, "closed" for one without stdin.
sub asked {
	my %asked = (env => [], word => [], need => []);
	for (split /\0/, $_[0], -1) {
		my ($key, $value) = split / /, $_, 2;
		if (ref $asked{$key}) { push @{ $asked{$key} }, $value } else { $asked{$key} = $value }
	}
	return %asked;
}

# The numbers of the system calls prctl and setsid, by the machine that the program of this process is made for, as ELF has it: x86 of 32 and 64 bits, ARM of both, RISC-V, PowerPC and s390.
my %numbers = (3 => [172, 66], 62 => [157, 112], 40 => [172, 66], 183 => [167, 157], 243 => [167, 157], 21 => [171, 66], 22 => [172, 66]);
open my $self, '<', '/proc/self/exe';
sysread $self, my $head, 20;
my ($prctl, $setsid) = @{ $numbers{ unpack 'x18 S', ($head // '') . "\0" x 20 } // [] };

# adopt has what loses its parent become this process's child, so that it is found again.
sub adopt { syscall $prctl, 36, 1, 0, 0, 0 if $prctl }

# new_session makes this process the first of a session.
sub new_session {
	if ($setsid) { syscall $setsid } else { require POSIX; POSIX::setsid() }
}

# open_terminal makes one that is the account's own: what is typed at another's can't come from it.
sub open_terminal {
	my ($size, $owner) = @_;
	require POSIX;
	my $for_both = POSIX::O_RDWR() | POSIX::O_NOCTTY();
	sysopen $terminal, '/dev/ptmx', $for_both or refuse("no terminal can be opened: $!");
	ioctl $terminal, 0x40045431, my $unlocked = pack 'i', 0;
	ioctl $terminal, 0x80045430, my $number = pack 'i', 0 or refuse("no terminal can be opened: $!");
	my $path = '/dev/pts/' . unpack 'i', $number;
	resize($size);
	my $group = getgrnam 'tty';
	chown $owner, $group // 0, $path and chmod 0620, $path if defined $owner;
	sysopen my $near, $path, $for_both or refuse("no terminal can be opened: $!");
	my $modes = POSIX::Termios->new;
	$modes->getattr(fileno $near);
	$modes->setiflag($modes->getiflag | 0x4000); # IUTF8: a whole letter is rubbed out
	$modes->setattr(fileno $near, POSIX::TCSANOW());
	return $near;
}

sub resize { $_[0] =~ /^(\d{1,4}) (\d{1,4})$/ and ioctl $terminal, 0x5414, my $size = pack 'S4', $1, $2, 0, 0 }

# unblock has reads and writes of a file return at once: F_GETFL is 3, F_SETFL 4, O_NONBLOCK 04000, but on MIPS, SPARC and Alpha.
sub unblock { fcntl $_[0], 4, fcntl($_[0], 3, 0) | 04000 }

# begin starts the command, in a session of its own.
sub begin {
	my %asked = asked($_[0]);
	for (@{ $asked{need} }) { -e $_ or refuse("need $_") }
	my ($uid, $gid, @become);
	if ($asked{as}) {
		(undef, undef, $uid, $gid) = getpwnam $asked{as} or refuse("there is no account $asked{as}");
		@become = ('setpriv', "--reuid=$uid", "--regid=$gid", '--init-groups', '--inh-caps=-all', '--');
	}
	my (@near, @far);
	if ($asked{terminal}) {
		@near = (open_terminal($asked{terminal}, $uid)) x 3;
		%from = (o => $terminal);
		$into = $terminal;
	} else {
		pipe $near[0], $into;
		pipe $from{o}, $near[1];
		pipe $from{e}, $near[2];
	}
	unblock($_) for $into, values %from;
	$command = fork // refuse("it can't be begun: $!");
	if (!$command) {
		new_session();
		$SIG{$_} = 'DEFAULT' for qw(PIPE HUP INT TERM QUIT CHLD);
		ioctl $near[0], 0x540e, my $zero = 0 if $asked{terminal};
		open STDIN, '<&', $near[0];
		open STDOUT, '>&', $near[1];
		open STDERR, '>&', $near[2];
		my @self = $asked{as} ? () : getpwuid $>;
		%ENV = (@self ? (HOME => $self[7], USER => $self[0], LOGNAME => $self[0]) : (), map { split /=/, $_, 2 } @{ $asked{env} });
		chdir($asked{in} || $ENV{HOME}) or chdir '/';
		my @words = (@become, @{ $asked{word} });
		exec { $words[0] } @words;
		syswrite STDERR, "$words[0]: $!\n";
		exit 127;
	}
	close $_ for @near;
	$left = exists $asked{left};
	$typed_all = exists $asked{closed};
}

# take takes a whole frame out of what was received.
sub take {
	$received =~ s/^\n+//;
	return if length $received < 5;
	my $size = unpack 'x N', $received;
	exit 1 if $size > 1 << 20;
	return if length $received < 5 + $size;
	my $frame = substr $received, 0, 5 + $size, '';
	return (substr($frame, 0, 1), substr $frame, 5);
}

sub obey {
	my ($kind, $text) = @_;
	if ($kind eq 'i') { if ($into) { $to_type .= $text } else { send_frame a => length $text } }
	elsif ($kind eq 'z') { $typed_all = 1 }
	elsif ($kind eq 's') { kill $text, -$command if $text =~ /^(?:INT|TERM|QUIT|HUP)$/ && $command && !defined $ended }
	elsif ($kind eq 'r') { resize($text) if $terminal }
}

# reap takes note of processes that have ended: 1 is WNOHANG.
sub reap {
	while ((my $pid = waitpid -1, 1) > 0) {
		$ended = $? if $command && $pid == $command;
	}
}

# descendants are all processes that come from this one.
sub descendants {
	my %children;
	for my $path (glob '/proc/[0-9]*/stat') {
		open my $file, '<', $path or next;
		my $line = <$file> // '';
		push @{ $children{$1} }, $path =~ /(\d+)/ if $line =~ /.*\) \S (\d+) /s;
	}
	my @all = @{ $children{$$} // [] };
	for (my $i = 0; $i < @all; $i++) { push @all, @{ $children{ $all[$i] } // [] } }
	return @all;
}

# end_all ends the command and all that it has begun.
sub end_all {
	my @all = descendants();
	kill HUP => @all;
	kill CONT => @all;
	kill TERM => @all;
	my $begun = time;
	while (time - $begun < 12) {
		select undef, undef, undef, 0.1;
		reap();
		my @left = descendants() or last;
		kill KILL => @left if time - $begun >= 2;
	}
	exit 0;
}

# type gives the command what is meant for its stdin.
sub type {
	my $n = syswrite $into, $to_type;
	if (!defined $n) {
		return if again();
		$n = length $to_type;
		close $into unless $terminal;
		undef $into;
	}
	substr $to_type, 0, $n, '';
	send_frame a => $n;
}

# hear reads what the command has printed.
sub hear {
	my $kind = shift;
	my $n = sysread $from{$kind}, my $text, 16384;
	if ($n) {
		send_frame $kind => $text;
		$last -= $n if defined $ended;
	} elsif (defined $n || !again()) {
		delete $from{$kind};
	}
}

# told says how the command has ended, when all is said that it has printed.
sub told {
	my $alone = $left && !%from;
	return if length $to_send || !$alone && (!defined $ended || %from && $last > 0 && !$quiet);
	my $signal = ($ended // 0) & 127;
	send_frame x => !defined $ended ? "left $command" : $signal ? "signal $signal" : 'exit ' . ($ended >> 8);
	all_sent();
	exit 0;
}

adopt();
$SIG{PIPE} = $SIG{HUP} = 'IGNORE';
$SIG{TERM} = $SIG{INT} = sub { $gone = 1 };
pipe my $woken, my $wake;
unblock($_) for $woken, $wake, *STDOUT;
$SIG{CHLD} = sub { syswrite $wake, '.' };
open STDERR, '>', '/dev/null';
chomp(my $asked = <DATA> // '');
begin(pack 'H*', $asked);
my $heard = time;
for (;;) {
	reap();
	told();
	close $into and undef $into if $into && $typed_all && !length $to_type && !$terminal;
	end_all() if $gone || time - $heard >= $silence;
	my ($in, $out) = ('', '');
	vec($in, $_, 1) = 1 for 0, fileno $woken;
	my $listen = length $to_send < $room;
	if ($listen) { vec($in, fileno $_, 1) = 1 for values %from }
	vec($out, 1, 1) = 1 if length $to_send;
	vec($out, fileno $into, 1) = 1 if $into && length $to_type;
	my $n = select $in, $out, undef, defined $ended ? 0.3 : 1;
	$quiet = $n == 0 && $listen;
	next if $n <= 0;
	sysread $woken, my $dots, 64 if vec $in, fileno $woken, 1;
	if (vec $in, 0, 1) {
		my $got = sysread STDIN, $received, 65536, length $received;
		if ($got) { $heard = time } elsif (defined $got || !again()) { $gone = 1 }
		while (my @frame = take()) { obey(@frame) }
	}
	for my $kind (sort keys %from) { hear($kind) if vec $in, fileno $from{$kind}, 1 }
	type() if $into && length $to_type && vec $out, fileno $into, 1;
	if (vec $out, 1, 1) {
		my $sent = syswrite STDOUT, $to_send;
		if (defined $sent) { substr $to_send, 0, $sent, '' } elsif (!again()) { $gone = 1 }
	}
}
__END__
