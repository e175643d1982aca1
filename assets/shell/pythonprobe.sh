# Prints "own" where the system's Python is one of $accepted; "whole" where djship's of $version is there; else "unreached HOST:PORT" where none
# of the $places that have it takes a connection, with the last of them; $pythons is the folder of djship's. Through a proxy nothing can be told.
now=$(readlink /usr/bin/python3)
case " $accepted " in *" ${now#python} "*) now=own ;; esac
if [ "$now" = own ]; then
	echo own
elif [ -e "$pythons/$version.whole" ]; then
	echo whole
elif ! env | grep -qi '^https\{0,1\}_proxy='; then
	unreached=
	for place in $places; do
		address=${place#*://}
		case $place in https:*) port=443 ;; *) port=80 ;; esac
		address=${address%%/*}
		address=${address##*@}
		case $address in *:*) port=${address##*:} address=${address%:*} ;; esac
		timeout 5 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$address" "$port" 2>/dev/null && unreached= && break
		unreached=$address:$port
	done
	[ ! "$unreached" ] || echo "unreached $unreached"
fi
