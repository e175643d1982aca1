# Prints who holds the host's lock, "" if nobody, and with $break set ends that run.
read -r pid holder 2>/dev/null </run/djship/holder || { m end; exit; }
kill -0 "$pid" 2>/dev/null || { m end; exit; }
echo "$holder"
if [ "$break" ]; then
	kill -TERM "$pid"
	exec 9>>/run/djship/lock
	flock -w 40 9 || { echo 'it does not end'; m end; exit; }
	echo 'ended'
fi
m end
