# What sites use of their host; all of it is read where root alone, or nginx, writes.

# memory_of SITE... prints "memory SITE KIB": what all processes of the site's account take, of what several share each its part.
memory_of() {
	perl -e '
my (%of, %kib);
for (@ARGV) { my $uid = (getpwnam $_)[2]; $of{$uid} = $_, $kib{$_} = 0 if $uid }
sub first { my ($file, $what) = @_; open my $f, "<", $file or return; while (<$f>) { return $1 if /^$what:\s+(\d+)/ } return }
opendir my $all, "/proc" or exit;
for (grep { /^\d+$/ } readdir $all) {
	my $uid = (stat "/proc/$_")[4];
	my $site = defined $uid && $of{$uid} or next;
	$kib{$site} += first("/proc/$_/smaps_rollup", "Pss") // first("/proc/$_/status", "VmRSS") // 0;
}
print "memory $_ $kib{$_}\n" for sort keys %kib' "$@"
}

# disk_of SITE... prints "disk SITE KIB" of what is kept of the site's releases, as far as that can be told in three seconds.
disk_of() {
	(cd /webapps/.sites && timeout -k 1 3 du -sk -- "$@") 2>/dev/null | while read -r kib site; do echo "disk $site $kib"; done
}

# traffic_of DOMAIN prints "traffic REQUESTS ERRORS SECONDS": how often visitors have asked in the last five minutes and got a status from 500
# on, by the log that nginx writes for djship, where lines of djship have a fourth word. Its last MiB may go back for fewer seconds.
traffic_of() {
	log=/var/log/nginx/$1.timing.log now=$(date +%s) rotated=
	[ -f "$log" ] || return 0
	[ ! -f "$log.1" ] || [ "$((now - $(stat -c %Y "$log.1")))" -gt 330 ] || rotated=$log.1
	for part in $rotated "$log"; do tail -c 1048576 -- "$part"; done | awk -v "now=$now" '
	$1 !~ /^[0-9]+(\.[0-9]+)?$/ || $2 !~ /^[0-9][0-9][0-9]$/ { next }
	{ bytes += length($0) + 1 }
	!first || $1 < first { first = $1 }
	NF == 3 && $1 >= now - 300 { n++; if ($2 >= 500) bad++ }
	END {
		seconds = 300
		if (bytes > 1000000 && first > now - 300) seconds = int(now - first)
		print "traffic " n + 0, bad + 0, seconds
	}'
}
