# supervised SITE prints "running WORKERS SECONDS READ NOW" of the site's gunicorn: how many children it has, how
# long it runs and the oldest of them, which have read the code, and the time.
supervised() {
	perl -e '
sub text { local $/; open my $f, "<", $_[0] or return ""; my $t = <$f>; defined $t ? $t : "" }
sub numbers { opendir my $d, $_[0] or return; grep { /^\d/ } readdir $d }
sub children {
	my ($of) = @_;
	open(F, "<", "/proc/$of/task/$of/children") ? split " ", <F> : grep { text("/proc/$_/status") =~ /^PPid:\t$of$/m } numbers("/proc");
}
sub held {
	my ($by) = @_;
	opendir my $d, "/proc/$by/fd" or return $! == 13 ? "closed" : ();
	map { my $to = readlink "/proc/$by/fd/$_"; defined $to ? $to : $! == 13 ? "closed" : () } grep { /^\d/ } readdir $d;
}
sub began { text("/proc/$_[0]/stat") =~ /.*\) (?:\S+ ){19}(\d+)/s ? $1 : $now }
$now = began("self");
my ($site) = @ARGV;
defined(my $uid = getpwnam $site) or exit;
my ($parent) = text("/run/djship-supervisord.pid") =~ /^(\d+)$/ or exit;
my @all = grep { my $is = text("/proc/$_/status"); $is =~ /^PPid:\t$parent$/m && $is =~ /^Uid:\t$uid\t/m } children($parent) or exit;
my ($ours, $own) = ("/webapps/.sockets/$site.sock", "/webapps/${site}_project/run/gunicorn.sock");
my $before = text("/etc/supervisor/$site.conf") !~ m(unix://\Q$ours\E\s);
my %held = map { $_ => 1 } held($parent);
my (%is, %lines);
my $sockets = text("/proc/$parent/net/unix");
while ($sockets =~ /^[0-9a-f]+:(?: [0-9A-F]+){5} +(\d+)(?: (.*))?$/mg) {
	my ($at, $path) = ("socket:[$1]", $2 || "");
	$lines{$at}++;
	$is{$at} = 1 if $path eq $ours ? $held{$at} : $before && $path eq $own;
}
my ($doubt, @found) = grep { $lines{$_} > 1 } keys %is;
for my $pid (@all) {
	my @has = held($pid);
	push @found, $pid if grep { $is{$_} } @has;
	$doubt = 1 if grep { $_ eq "closed" } @has;
}
if ($doubt) {
	my $said = `/usr/local/bin/supervisorctl -c /etc/supervisord.conf pid $site 2>/dev/null`;
	@found = grep { "$_\n" eq $said } @all;
}
my $pid = shift @found or exit;
my @workers = children($pid);
my ($read) = sort { $a <=> $b } map { began($_) } @workers ? @workers : $pid;
printf "running %d %d %d %d\n", scalar @workers, ($now - began($pid)) / 100, ($now - $read) / 100, time' "$1"
}
