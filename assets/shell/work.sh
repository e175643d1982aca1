# The work of a run: what carries its changes out, and functions of changes alone. $stage is a folder of root's with
# what was uploaded, gone when the run ends; $stamp is the time of the run.
exec 2>&1
mkdir -p "$state" && chmod 0700 "$state" && mkdir -p "$state/due" "$stage/old"

# begin_run RUN HOLDER notes that the host is about to be changed, and by whom; end_run RUN [WORD] that all was done, or what was instead:
# "part", where it is only the way to what the run is for, or "undone". Where the run has taken away what djship notes of the host there is nothing to note it in.
begin_run() {
	# A full disk is named by cat; dash's echo knows but an I/O error.
	echo "$2, $1" | cat >>"$state/history" && note_last "$1"
}
end_run() { [ ! -d "$state" ] || { echo "${2-done} $1" | cat >>"$state/history" && note_last "$1"; } || :; }

# blob SUM prints where a blob is, checked and root's: a small one came with the bundle. forget_blobs SUM... removes those of a
# run that has made all.
blob() { [ -e "$stage/blob.$1" ] && echo "$stage/blob.$1" || echo "$state/blobs/$1"; }
forget_blobs() { for sum; do rm -f "$state/blobs/$sum"; done; }

# due MARK... notes that steps have to act, also in the next run where this one is cut off; done_with MARK... that
# one has acted.
due() { for due; do : >"$state/due/$due"; done; }
done_with() { for due; do [ ! -e "$state/due/$due" ] || rm -f "$state/due/$due"; done; }

# written SUM PATH notes what is about to be put at PATH, before it is: whatever is found there
# later is known to be djship's or somebody else's.
written() {
	[ -e "$state/written" ] && grep -qxF "$1  $2" "$state/written" && return
	{ { [ ! -e "$state/written" ] || cat "$state/written"; } && printf '%s  %s\n' "$1" "$2"; } >"$state/written.new" &&
		sync "$state/written.new" && mv -f "$state/written.new" "$state/written" && return
	rm -f "$state/written.new"
	return 1
}

# tell N COMMAND... runs change N and sends on what it prints, each line behind a colon, 4 MiB of it and its last lines:
# what runs as a site has a pipe to a process of root's and never the wire, where it could command the
# other side. What still holds the pipe when the change is over is not waited for.
tell() {
	said=$stage/said.$1
	mkfifo -m 0600 "$said" || { status=1; return; }
	perl -e "$send_on" "$said.over" 4194304 <"$said" &
	sender=$!
	shift
	"$@" </dev/null >"$said" 2>&1
	status=$?
	: >"$said.over"
	wait "$sender"
	rm -f "$said" "$said.over"
}
send_on='my ($over, $left, $rest) = (@ARGV, "");
sub pass {
	my $text = shift;
	$text =~ s/\n(?!\z)/\n:/g;
	print $fresh ? ":" : "", $text;
	$fresh = $text =~ /\n\z/;
}
$| = $fresh = 1;
for (;;) {
	vec($in = "", 0, 1) = 1;
	my $ready = select $in, undef, undef, 0.2;
	last if -e $over && (!$ready || ++$late > 1000);
	next if $ready < 1;
	my $n = sysread STDIN, my $text, 65536;
	next if !defined $n;
	last if !$n;
	if ($left <= 0) {
		$rest .= $text;
		$rest = substr $rest, -4096 if length $rest > 4096;
		next;
	}
	$left -= $n;
	$text .= "\n(what it prints from here on is left out, but for its end)\n" if $left <= 0;
	pass($text);
}
$rest =~ s/\A[^\n]*\n//;
pass($rest) if $rest ne "";
print "\n" if !$fresh'

# begin_early N begins change N beside those before it; make_change waits for it at its turn.
begin_early() {
	{ tell "$1" "change_$1"; exit "$status"; } >"$stage/early.$1" &
	eval "early_$1=\$!"
}

# make_change N MARKS makes change N by change_N, notes that its step, which has these due marks, has acted, and
# shows by probe_N what is there now. Before it the work ends where it is to stop; behind it, where the change has
# failed or its plan is stale.
make_change() {
	# What has begun early ends by itself, or with this script's process group.
	[ ! -e "$stage/stop" ] || { wait; m stopped; exit 0; }
	m begin "$1"
	eval "early=\${early_$1-}"
	if [ "$early" ]; then
		wait "$early"
		status=$?
		cat "$stage/early.$1"
	else
		tell "$1" "change_$1"
	fi
	[ ! -e "$stage/stale" ] || { m stale "$1"; wait; exit 1; }
	[ "$status" = 0 ] || { m failed "$1" "$status"; wait; exit 1; }
	done_with $2
	stats='' units='' pg_asked='' pg_cluster='' running='' served='' fronts='' listens='' opened='' sshd_is='' sshd_runs=''
	m probe "$1"
	"probe_$1"
	m done "$1"
}

# put STAGED PATH OWNER MODE SUM VERSION puts a whole file: beside its place, empty first with its last
# mode, on the disk, then renamed. A site's account writes its files itself, so that root never
# follows a link that the account may have laid. What is there must be of the version that the plan was
# made of, "absent", or "-" for any: else nothing is written and the plan is stale.
put() {
	remember "$2" "$3" || return
	written "$5" "$2" || return
	as "$3" sh -c "$write_text" sh "$2" "$4" "$6" <"$1" && return
	[ $? = 76 ] && : >"$stage/stale"
	return 1
}
write_text='set -e
	new=${1%/*}/.${1##*/}.djship-new
	rm -f "$new"
	trap "rm -f \"\$new\"" EXIT
	(umask 077; : >"$new")
	chmod "$2" "$new"
	cat >"$new"
	sync "$new"
	now=$(stat -c "%s %i %z" -- "$1" 2>/dev/null) || now=absent
	if [ "$3" != - ] && [ "$now" != "$3" ]; then
		echo "$1 has been changed since it was looked at"
		exit 76
	fi
	mv -fT "$new" "$1"'

# put_for GROUP PATH puts what is on stdin, whole, into a folder where root alone writes: a group reads it, and nobody else.
put_for() {
	cat >"$2.new" && chgrp -- "$1" "$2.new" && chmod 0640 "$2.new" && sync "$2.new" && mv -fT -- "$2.new" "$2" && return
	rm -f "$2.new"
	return 1
}

# lay TARGET PATH puts a symbolic link.
lay() {
	remember "$2" root
	ln -sfnT -- "$1" "$2"
}

# set_attributes PATH OWNER GROUP MODE puts right what OWNER has in its home, by its own rights: what is not its
# own stays as it is.
set_attributes() {
	as "$2" sh -ec '
		cd -- "${1%/*}"
		[ "$(pwd -P)" = "${1%/*}" ] && [ ! -L "$1" ] || { echo "a link leads to $1; it is left alone"; exit 1; }
		chgrp -- "$2" "$1"
		[ ! -d "$1" ] || chmod -- ug-s,-t "$1" # a folder keeps these by itself
		chmod -- "$3" "$1"' sh "$1" "$3" "$4"
}

# backup PATH OWNER keeps what is there beside it, under the time of this run.
backup() {
	# shellcheck disable=SC2016
	as "$2" sh -c '[ ! -e "$1" ] && [ ! -L "$1" ] && exit
		[ "$(stat -c %s -- "$1")" -le 1048576 ] || { echo "$1 is larger than 1 MiB, too large to be kept"; exit 1; }
		cp -pP -- "$1" "$2"' sh "$1" "$1.$stamp~"
}

# remember PATH OWNER keeps what is there for take_back, 1 MiB at most. What a site's account has is read
# by that account; a link of its is not kept.
remember() {
	grep -qxF -- "$1" "$stage/touched" 2>/dev/null && return
	old=$(old "$1")
	if [ "$2" != root ]; then
		# By a pipe: whatever has a file of root's open may fill root's disk.
		! as "$2" sh -c '[ -f "$1" ] && [ ! -L "$1" ] && [ -r "$1" ]' sh "$1" ||
			as "$2" timeout 10 head -c 1048577 -- "$1" </dev/null | timeout --foreground 12 head -c 1048577 >"$old" || rm -f "$old"
	elif [ -e "$1" ] || [ -L "$1" ]; then
		cp -pP -- "$1" "$old"
	fi
	if [ -f "$old" ] && [ ! -L "$old" ] && [ "$(stat -c %s "$old")" -gt 1048576 ]; then
		rm -f "$old"
		echo "$1 is larger than 1 MiB, too large to be kept and replaced: move it out of the way"
		return 1
	fi
	echo "$1" >>"$stage/touched"
}
old() { echo "$stage/old/$(echo "$1" | tr / _)"; }

# had PATH tells whether this run has put something in the place of something else.
had() { [ -e "$(old "$1")" ] || [ -L "$(old "$1")" ]; }

# take_back PATH [OWNER MODE] undoes what this run has done at PATH.
take_back() {
	grep -qxF -- "$1" "$stage/touched" 2>/dev/null || return 0
	old=$(old "$1")
	new=${1%/*}/.${1##*/}.djship-new
	if ! had "$1"; then
		as "${2-root}" rm -f -- "$1"
	elif [ "${2-root}" != root ]; then
		as "$2" sh -c "$write_text" sh "$1" "$3" - <"$old"
	else
		cp -pP -- "$old" "$new" && mv -fT -- "$new" "$1"
	fi
}

# explain UNIT prints why a service did not come up, by the journal.
explain() {
	[ -d /run/systemd/system ] || return 0
	journalctl -q -b -u "$1" -n 10 -o cat --no-pager 2>/dev/null | grep -v '^Started\|^Starting\|^Stopped\|Scheduled restart job' || :
}

# sites_up tells whether each site that supervisord runs listens on its socket, which is in the site's
# home where djship has not been since gunicorn opened it itself.
sites_up() {
	for record in "$state"/sites/*; do
		site=${record##*/}
		for conf in "/etc/supervisor/$site.conf" "/etc/supervisor/$site"-[ab].conf; do
			[ ! -e "$conf" ] || grep -q -e " /webapps/.sockets/$site\(-[0ab]\)\{0,1\}.sock\$" -e " /webapps/${site}_project/run/gunicorn.sock\$" /proc/net/unix || return 1
		done
	done
}

# hold COMMAND... runs a command for as long as it fails, for 30 seconds at most.
hold() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 150 ] || return 1
		sleep 0.2
	done
}
