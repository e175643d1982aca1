# ask PLACE HOST PATH SCHEME SECONDS PID [no] asks a site for a page as a visitor would who came by SCHEME, and prints "STATUS LOCATION", the
# latter as "-" where there is none. PLACE is the path of a socket or "ADDRESS:PORT". Where a process PID ends meanwhile, 0 for none, it
# fails with 5; where there is no answer in time, with 6. With "no" behind it it is asked without the words that tell djship from visitors, of whom those that come by http are led to https. Loading Perl's module for sockets costs more than all the rest: for a path numbers stand for AF_UNIX and SOCK_STREAM, which is 2 on MIPS. What a site answers is data: 16 KiB of it are read.
ask() {
	perl -e '
my ($place, $host, $path, $scheme, $seconds, $pid, $own) = @ARGV;
$own ||= "yes";
my ($end, $last) = (time + $seconds, "nothing listens there");
$SIG{PIPE} = "IGNORE"; $SIG{ALRM} = sub { print "$last\n"; exit 6 }; alarm $seconds + 2;
sub over { return if !$pid || -e "/proc/$pid"; print "gunicorn ends as it begins\n"; exit 5 }
sub reach {
	my $s;
	if ($place =~ m(^/)) { my $at = pack "Sa108", 1, $place; socket($s, 1, 1, 0) && connect($s, $at) or socket($s, 1, 2, 0) && connect($s, $at) or return }
	else { require Socket; my ($at, $port) = $place =~ /^\[?(.*?)\]?:(\d+)$/; my $v6 = $at =~ /:/;
		socket $s, $v6 ? Socket::PF_INET6() : Socket::PF_INET(), Socket::SOCK_STREAM(), 0;
		connect $s, $v6 ? Socket::pack_sockaddr_in6($port, Socket::inet_pton(Socket::AF_INET6(), $at)) : Socket::pack_sockaddr_in($port, Socket::inet_aton($at)) or return }
	$s
}
while (time < $end) {
	over();
	my $s = reach() or select(undef, undef, undef, 0.05), next;
	syswrite $s, "GET $path HTTP/1.1\r\nHost: $host\r\nX-Forwarded-Proto: $scheme\r\nX-Forwarded-Host: $host\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\nX-Djship-Check: $own\r\nX-Djship-Plain: $own\r\nUser-Agent: djship\r\nAccept: */*\r\nConnection: close\r\n\r\n";
	my $said = "";
	while (time < $end && length $said < 16384) {
		vec(my $in = "", fileno $s, 1) = 1;
		over(), next if select($in, undef, undef, 0.1) < 1;
		my $n = sysread $s, $said, 16384, length $said;
		last if !$n || $said =~ /\r?\n\r?\n/;
	}
	if ($said =~ m(^HTTP/1\.[01] (\d{3})\b)) {
		my $status = $1;
		my ($to) = $said =~ m(^location:[ \t]*([!-~]{1,2000})[ \t]*\r?$)im;
		print "$status ", defined $to ? $to : "-", "\n";
		exit;
	}
	$last = time < $end ? "it closes the connection without an answer" : "it takes the connection and does not answer";
	last if ++$tries >= 20;
	select undef, undef, undef, 0.2;
}
over();
print "$last\n";
exit 6' "$@"
}

# healthy PLACE HOST PATH SCHEME SECONDS PID asks for a page and follows where that leads on the same host; it fails, and says why, where a page is
# missing, forbidden or broken, or redirects go round.
healthy() {
	place=$1 host=$2 path=$3 scheme=$4 been=
	while :; do
		case $been in *" $scheme$path "*) echo "$3 redirects in a circle, by $path"; return 1 ;; esac
		been="$been $scheme$path "
		answer=$(ask "$place" "$host" "$path" "$scheme" "$5" "$6") || { echo "$path: $answer"; return 1; }
		case $answer in
		2*) return ;;
		3*) ;;
		*)
			echo "$path answers ${answer%% *}"
			# Django says so to a name that is not in ALLOWED_HOSTS.
			case $answer in 400*) echo "is $host in ALLOWED_HOSTS?" ;; esac
			return 1
			;;
		esac
		to=${answer#* }
		case $to in
		"http://$host"/*) scheme=http path=${to#"http://$host"} ;;
		"https://$host"/*) scheme=https path=${to#"https://$host"} ;;
		//*) return 0 ;;
		/*) path=$to ;;
		*) return 0 ;;
		esac
		[ "${#been}" -lt 4000 ] || { echo "$3 redirects without end"; return 1; }
	done
}
