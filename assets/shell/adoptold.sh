# The supervisord that ran $site before djship's: pip's own, in /usr/local, which nobody asks through djship's socket. It needs supervise.sh before it.

# old_find sets $old, its process, "" where none runs, and $old_socket, where it is asked, "" where that is not root's.
old_find() {
	old=$(perl -e '
my %of;
for (glob "/proc/[0-9]*") {
	next if (stat)[4] != 0 || !open my $f, "<", "$_/cmdline";
	my @words = split /\0/, join("", <$f>);
	next if !@words || $words[0] =~ m(^/opt/djship/) || !grep { m(^/usr/local/(?:bin|lib/djship)/supervisord$) } @words[0 .. (@words > 2 ? 2 : $#words)];
	open $f, "<", "$_/stat" or next;
	$of{m((\d+)) && $1} = (<$f> =~ /.*\) \S (\d+)/)[0];
}
print for grep { !$of{$of{$_}} } sort { $a <=> $b } keys %of') || old=
	old=${old%%[!0-9]*} old_socket=
	for conf in /etc/supervisord-before.conf "${kept:-/nowhere}/supervisord.conf" /etc/supervisord.conf; do
		[ -f "$conf" ] || continue
		old_socket=$(sed -n '/^\[unix_http_server\]/,/^\[/s/^file[[:space:]]*=[[:space:]]*\([^;[:space:]]*\).*/\1/p' "$conf" | head -n 1)
		break
	done
	[ "$old" ] && [ -S "$old_socket" ] && [ ! -L "$old_socket" ] && [ "$(stat -c %u "$old_socket")" = 0 ] || old_socket=
}

# old_rpc METHOD [WORD...] is rpc of supervise.sh for it.
old_rpc() { rpc_socket=$old_socket rpc "$@"; }

# old_family prints it and all processes below it.
old_family() {
	perl -e '
my (%below, @all) = ();
for (glob "/proc/[0-9]*") {
	open my $f, "<", "$_/stat" or next;
	push @{ $below{$1} }, m((\d+)) && $1 if <$f> =~ /.*\) \S (\d+)/;
}
my @left = @ARGV;
while (defined(my $p = shift @left)) { push @all, $p; push @left, @{ $below{$p} || [] } }
print "@all\n"' "$old"
}

# old_apart takes it and all that it runs out of the unit that is to be djship's supervisord's, into a scope of its own: restarting that would end them.
old_apart() {
	scope=supervisord-before.scope manager='org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager'
	for try in first second third; do
		family=
		for process in $(old_family); do
			case $(cat "/proc/$process/cgroup" 2>/dev/null) in '' | *"/$scope"* | */supervisord-before.service*) ;; *) family="$family $process" ;; esac
		done
		# shellcheck disable=SC2086
		set -- $family
		[ $# -gt 0 ] || return 0
		# shellcheck disable=SC2086
		if systemctl -q is-active "$scope"; then
			busctl -q call $manager AttachProcessesToUnit ssau "$scope" '' $# "$@" || :
		else
			busctl -q call $manager StartTransientUnit 'ssa(sv)a(sa(sv))' "$scope" fail 1 PIDs au $# "$@" 0 || :
			hold systemctl -q is-active "$scope" || :
		fi
		: "$try"
	done
	[ ! "$family" ] || { echo "systemd does not take the supervisord that runs (process $old) out of its unit"; return 1; }
}

# rest_of SOCKET waits until nobody has been connected to it for a second, a minute at most.
rest_of() {
	rest=0 end=$(($(date +%s) + 60))
	while [ "$rest" -lt 10 ] && [ "$(date +%s)" -lt "$end" ]; do
		if awk -v "path=$1" '$8 == path && ($6 == "02" || $6 == "03") { n++ } END { exit !n }' /proc/net/unix; then rest=0; else rest=$((rest + 1)); fi
		sleep 0.1
	done
}
