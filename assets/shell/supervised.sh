# supervised [PROGRAM...] prints "running PROGRAM WORKERS SECONDS READ NOW" of each of these programs, or of all, that has
# a process by supervisord's own word: how many children that has, how long it runs and the oldest of them, which have
# read the code, and the time. One that is coming up or going down has a process, too. Of programs of one name that of
# the group of that name counts; those in a group of a release's processes have that before them, "example-a7:worker-1", too. supervisord answers within five seconds, or nothing runs; where nothing listens on its
# socket, and all programs are asked for, it prints "supervisord down".
# Its socket is asked as supervisorctl does, which would cost a start of Python and is for one that wants a password. Loading
# Perl's module for sockets would double what this costs: numbers stand for AF_UNIX and SOCK_STREAM, which is 2 on MIPS.
# Ages are told by the process that looks: what /proc/uptime counts from is another thing in some containers.
# shellcheck disable=SC2120 # slots asks for all
supervised() {
	perl -e '
sub text { local $/; open my $f, "<", $_[0] or return ""; my $t = <$f>; defined $t ? $t : "" }
sub numbers { opendir my $d, $_[0] or return; grep { /^\d/ } readdir $d }
sub children {
	my ($of) = @_;
	open(F, "<", "/proc/$of/task/$of/children") ? split " ", <F> : grep { text("/proc/$_/status") =~ /^PPid:\t$of$/m } numbers("/proc");
}
sub began { text("/proc/$_[0]/stat") =~ /.*\) (?:\S+ ){19}(\d+)/s ? $1 : $now }
sub since { my $age = ($now - $_[0]) / 100; $age > 0 ? $age : 0 }
sub answer {
	my ($said, $call) = ("", "<?xml version=\"1.0\"?><methodCall><methodName>supervisor.getAllProcessInfo</methodName></methodCall>");
	local ($SIG{ALRM}, $SIG{PIPE}) = (sub { die }, "IGNORE");
	eval {
		alarm 5;
		my ($s, $at) = (undef, pack "Sa108", 1, "/run/supervisord.sock");
		socket($s, 1, 1, 0) && connect($s, $at) or socket($s, 1, 2, 0) && connect($s, $at) or $down = 1, die;
		syswrite $s, "POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: " . length($call) . "\r\n\r\n$call";
		while (sysread $s, $said, 65536, length $said) { die if length $said > 4 << 20; last if $said =~ m(</methodResponse>) }
		alarm 0;
		1
	} ? $said : "";
}
sub client { `timeout -k 1 10 /usr/local/bin/supervisorctl -c /etc/supervisord.conf @_ </dev/null 2>/dev/null | head -c 1048576` }
sub processes {
	my $said = answer();
	if ($said =~ m(^HTTP/1\.\d 401 )) {
		my @all = map { /^(?:([\w.-]+):)?([\w.-]+) +(?:STARTING|STOPPING|\w+ +pid (\d+),)/ ? [$1, $2, $3] : () } split /\n/, client("status");
		my @unsaid = grep { !$_->[2] } @all;
		my @pids = @unsaid ? split /\n/, client("pid", map { join ":", grep { defined } @$_[0, 1] } @unsaid) : ();
		$_->[2] = shift @pids for @unsaid;
		return @all;
	}
	map { my %is = m(<name>(\w+)</name>\s*<value><\w+>([^<]*)<)g; [@is{"group", "name", "pid"}] } split m(<struct>), $said;
}
$now = began("self");
my ($time, %pid) = time;
for (processes()) {
	my ($group, $name, $pid) = @$_;
	next if !defined $name || $name !~ /^[\w.-]{1,64}$/ || !defined $pid || $pid !~ /^[1-9]\d{0,9}$/;
	$pid{$name} = $pid if !$pid{$name} || !defined $group || $group eq $name;
	$pid{"$group:$name"} = $pid if defined $group && $group =~ /^\w+-[ab]\d+$/;
}
print "supervisord down\n" if $down && !@ARGV;
for my $name (@ARGV ? @ARGV : sort keys %pid) {
	my $pid = $pid{$name} or next;
	next if text("/proc/$pid/stat") !~ /.*\) [^XZ]/s;
	my @workers = children($pid);
	my ($read) = sort { $a <=> $b } map { began($_) } @workers ? @workers : $pid;
	printf "running %s %d %d %d %d\n", $name, scalar @workers, since(began($pid)), since($read), $time;
}' "$@"
}
