# slots SITE prints what there is of a site's slots, each line a word and more: those that run, "link" with where nginx is led, "slot" with the name of one that has a file and the release
# that this names, "socket" with the name of one that has one, and "current" with the release that is live for shells, and
# "frugal" where it was begun with one worker and has not got the others yet. It needs supervised.sh, which is asked once for all sites, and releasein.sh before it.
slots() {
	[ "$running" ] || running=$(supervised; echo over)
	while read -r word program rest; do
		case $program in "$1" | "$1-a" | "$1-b") echo "$word $program $rest" ;; esac
	done <<-RUNNING
		$running
	RUNNING
	[ ! -L "/webapps/.sockets/$1.sock" ] || echo "link $(readlink "/webapps/.sockets/$1.sock")"
	for slot in 0 a b; do
		conf=/etc/supervisor/$1-$slot.conf
		[ "$slot" != 0 ] || conf=/etc/supervisor/$1.conf
		[ "$slot" = 0 ] || [ -f "$conf" ] || conf=$conf.waits
		[ ! -f "$conf" ] || echo "slot $slot $(release_in "$conf")"
		[ ! -S "/webapps/.sockets/$1-$slot.sock" ] || echo "socket $slot"
	done
	[ ! -e "/run/djship/frugal-$1" ] || echo frugal
	[ ! -L "/webapps/.sites/$1/current" ] || { live=$(readlink "/webapps/.sites/$1/current") && echo "current ${live##*/}"; }
}
