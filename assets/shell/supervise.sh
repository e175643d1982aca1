# What supervisord is told to do about single programs, over its socket, as supervisorctl would tell it: that costs a
# start of Python each time, and is for a supervisord that wants a password.
control() { timeout -k 2 30 /usr/local/bin/supervisorctl -c /etc/supervisord.conf "$@" </dev/null; }

# rpc METHOD [WORD...] prints what supervisord answers, of a process "STATE PID", of files that it has read anew "new", "changed"
# and "gone", a line each, with programs. WORDs "true" and "false" are no text. It fails with 1 where supervisord
# refuses, with its words, with 3 where it wants a password, and with 4 where it does not answer in 20 seconds. $rpc_socket is where another supervisord than djship's is asked.
rpc() {
	perl -e '
my ($socket, $method, @words) = @ARGV;
my $call = "<?xml version=\"1.0\"?><methodCall><methodName>supervisor.$method</methodName><params>" . join("", map { s/&/&amp;/g; s/</&lt;/g;
	"<param><value>" . (/^(true|false)$/ ? "<boolean>" . ($_ eq "true" ? 1 : 0) . "</boolean>" : "<string>$_</string>") . "</value></param>" } @words) . "</params></methodCall>";
my $said = "";
local ($SIG{ALRM}, $SIG{PIPE}) = (sub { die }, "IGNORE");
eval {
	alarm 20;
	my ($s, $at) = (undef, pack "Sa108", 1, $socket);
	socket($s, 1, 1, 0) && connect($s, $at) or socket($s, 1, 2, 0) && connect($s, $at) or die;
	syswrite $s, "POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: " . length($call) . "\r\n\r\n$call";
	while (sysread $s, $said, 65536, length $said) { die if length $said > 4 << 20; last if $said =~ m(</methodResponse>) }
	alarm 0;
	1
} or print("supervisord does not answer\n"), exit 4;
exit 3 if $said =~ m(^HTTP/1\.\d 401 );
my %is = map { m(<name>(\w+)</name>\s*<value><\w+>([^<]*)<) ? ($1, $2) : () } split m(<member>), $said;
print("$is{faultString}\n"), exit 1 if defined $is{faultString};
print("supervisord does not answer\n"), exit 4 if $said !~ m(</methodResponse>);
print "$is{statename} $is{pid}\n" if defined $is{statename};
my @lists = $method eq "reloadConfig" ? $said =~ m(<value><array><data>\s*((?:<value><string>[^<]*</string></value>\s*)*)</data>)g : ();
print join(" ", $_, shift(@lists) =~ m(<string>([^<]*)<)g), "\n" for @lists == 3 ? qw(new changed gone) : ();
' "${rpc_socket:-/run/supervisord.sock}" "$@"
}

# program_state NAME prints "STATE PID" of a program, or of "GROUP:NAME", or "ABSENT 0".
program_state() {
	said=$(rpc getProcessInfo "${1%:*}:${1#*:}") && status=0 || status=$? # a failure would end who has set -e
	case $status in
	0) echo "$said" ;;
	3)
		# shellcheck disable=SC2046
		set -- "$1" $(control status "$1" 2>/dev/null)
		case ${3-} in [A-Z]*) ;; *) set -- "$1" "$1" ABSENT ;; esac
		pid=$(control pid "$1" 2>/dev/null) || pid=
		case $pid in '' | *[!0-9]*) pid=0 ;; esac
		echo "$3 $pid"
		;;
	*) echo 'ABSENT 0' ;;
	esac
}

# supervisord_there tells whether it answers.
supervisord_there() { rpc getState >/dev/null || [ $? = 3 ]; }

# renew_program NAME has supervisord read its files, of which it takes NAME's into use where that is another than before: what ran of it
# ends, and it is started.
renew_program() {
	lists=$(rpc reloadConfig) || lists="changed $1"
	case $(printf '%s\n' "$lists" | sed -n "s/^\([a-z]*\)\( .*\)\{0,1\} $1\( .*\)\{0,1\}\$/\1/p") in
	'') ;;
	new) add_program "$1" ;;
	*) /usr/local/bin/supervisorctl -c /etc/supervisord.conf update "$1" </dev/null ;; # ending one may take as long as its file says
	esac
}

# add_program NAME has supervisord take a new program in and start it.
add_program() {
	said=$(rpc addProcessGroup "$1") || case $said in ALREADY_ADDED*) ;; *) echo "supervisord: $said"; return 1 ;; esac
	# It does so by itself, within a second.
	rpc startProcess "$1:$1" false >/dev/null || :
}

# begin_program NAME has supervisord read its files, of which it takes NAME's into use, and starts that.
begin_program() {
	said=$(rpc reloadConfig)
	case $? in
	0) ;;
	3)
		control reread && control add "$1"
		return
		;;
	*) echo "supervisord: $said"; return 1 ;;
	esac
	add_program "$1"
}

# end_program NAME [now] stops a program, which may take as long as its file says but with now, and has supervisord forget it.
end_program() {
	said=$(program_state "$1") ending=${said#* }
	case $said in ABSENT*) return 0 ;; esac
	said=$(rpc stopProcess "$1:$1" false)
	if [ $? = 3 ]; then
		timeout -k 2 150 /usr/local/bin/supervisorctl -c /etc/supervisord.conf stop "$1" </dev/null >/dev/null && control remove "$1" >/dev/null
		return
	fi
	tries=0
	while :; do
		said=$(rpc removeProcessGroup "$1") && return
		case $said in BAD_NAME*) return 0 ;; STILL_RUNNING*) ;; *) echo "supervisord: $said"; return 1 ;; esac
		tries=$((tries + 1))
		[ ! "${2-}" ] || [ "$ending" = 0 ] || [ "$tries" -lt 10 ] || kill -s KILL -- "-$ending" 2>/dev/null
		[ "$tries" -lt 1400 ] || { echo "$1 does not end"; return 1; }
		sleep 0.1
	done
}
