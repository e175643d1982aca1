# Changes the password of a site's role while visitors wait. LINK is what nginx follows, TO where it leads in the end, OLD the socket of what answered before, PID that of the gunicorn which has the new password:
# it is stopped before nginx is led to it, takes nothing, and goes on when this ends, however that is. FILE.new has the password, the file PSQL the program that is given SQL, NOTE.turned the note about it. NOTE says that it is at work, and is locked meanwhile.
# It says "stopped", waits for a line of stdin or its end, and goes on alone: in a group of its own, since what has begun it may be cut off.
use strict;
use Fcntl "LOCK_EX";
use POSIX ();
my ($link, $to, $old, $pid, $site, $file, $psql, $sql, $note) = @ARGV;
POSIX::setpgid(0, 0);
$SIG{$_} = "IGNORE" for qw(TERM HUP INT PIPE);
open my $noted, "<", $note or die "$note: $!\n";
flock $noted, LOCK_EX or die "$note: $!\n";
open my $program, "<", $psql or die "$psql: $!\n";
open my $statement, "<", $sql or die "$sql: $!\n";
my @psql = do { local $/; split /\0/, <$program> };

sub run {
	my ($in, @words) = @_;
	defined(my $child = fork) or return 0;
	if (!$child) {
		open STDIN, "<&", $in or POSIX::_exit(1) if $in;
		open STDIN, "<", "/dev/null" or POSIX::_exit(1) if !$in;
		exec "timeout", "-k", "2", "15", @words or POSIX::_exit(1);
	}
	waitpid $child, 0;
	return $? == 0;
}

# busy tells whether somebody is connected to the old socket, or waits there.
sub busy {
	open my $in, "<", "/proc/net/unix" or return 0;
	while (<$in>) { my @words = split; return 1 if @words == 8 && $words[7] eq $old && ($words[5] eq "02" || $words[5] eq "03") }
	return 0;
}

my $stopper = $$;
END { kill CONT => -$pid if $$ == $stopper }
kill STOP => -$pid or die "gunicorn has ended\n";
$| = 1;
print "stopped\n";
<STDIN>;
(readlink($link) // "") eq $to or die "nginx was not led to it\n";
my ($began, $rest) = (POSIX::times(), 0);
my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());
sub held { ((POSIX::times())[0] - $began) / $ticks }
while ($rest < 4 && held() < 10) {
	$rest = busy() ? 0 : $rest + 1;
	select undef, undef, undef, 0.03;
}
run(undef, "runuser", "-u", $site, "--", "mv", "-fT", "$file.new", $file) or die "$file can't be put\n";
run($statement, @psql) or die "PostgreSQL does not take it\n"; # whoever finds NOTE takes it back
rename "$note.turned", $note or die "$note: $!\n";
printf "held %.2f seconds\n", held();
