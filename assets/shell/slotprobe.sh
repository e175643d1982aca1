# slots SITE prints what there is of a site's slots, each line a word and more: those that run, "link" with where nginx is led, "slot" with the name of one that has a file and the release
# that this names, "socket" with the name of one that has one, and "current" with the release that is live for shells, and
# "frugal" where it was begun with one worker and has not got the others yet. It needs supervised.sh, which is asked once for all sites, and releasein.sh before it.
line_of_slot() { case $1 in "running $whose "* | "running $whose-a "* | "running $whose-b "*) echo "$1" ;; esac; }
slots() {
	[ "$running" ] || running=$(supervised; echo over)
	whose=$1
	each_line "$running" line_of_slot
	leads=/webapps/.sockets/$1.sock
	for slot in 0 a b; do
		# shellcheck disable=SC3013
		[ ! -L "$leads" ] || [ ! "$leads" -ef "/webapps/.sockets/$1-$slot.sock" ] || { echo "link $1-$slot.sock" && leads=; }
	done
	[ ! -L "$leads" ] || echo "link $(readlink "$leads")"
	for slot in 0 a b; do
		conf=/etc/supervisor/$1-$slot.conf
		[ "$slot" != 0 ] || conf=/etc/supervisor/$1.conf
		[ "$slot" = 0 ] || [ -f "$conf" ] || conf=$conf.waits
		named=''
		[ ! -f "$conf" ] || { { [ "$slot" = 0 ] || release_in "$conf" >/dev/null; } && echo "slot $slot $named"; }
		[ ! -S "/webapps/.sockets/$1-$slot.sock" ] || echo "socket $slot"
	done
	[ ! -e "/run/djship/frugal-$1" ] || echo frugal
	[ ! -L "/webapps/.sites/$1/current" ] || { live=$(readlink "/webapps/.sites/$1/current") && echo "current ${live##*/}"; }
}
