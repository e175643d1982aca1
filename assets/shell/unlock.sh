# Prints who holds the host's lock, as lock_holder does. With $break, the first two words of that, ends
# that run and no other, and prints "ended", "another" where it does not hold the lock any more, or "stays".
now=$(lock_holder)
if [ ! "$break" ]; then
	echo "$now"
elif [ "${now#"$break "}" = "$now" ]; then
	echo another
else
	kill -s TERM "${break% *}"
	for _ in $(seq 200); do
		now=$(lock_holder)
		[ "${now#"$break "}" != "$now" ] || break
		sleep 0.2
	done
	[ "${now#"$break "}" = "$now" ] && echo ended || echo stays
fi
m end
