# Prints "there" where there is $supervisord_conf, then its lines that name files, without blanks at the sign; and
# "twice" where $debians_conf, which djship's supervisord reads as well, has programs in it.
if [ -f "$supervisord_conf" ]; then
	echo there
	while IFS=' 	=' read -r name value; do
		case $name in file | pidfile | files) echo "$name=$value" ;; esac
	done <"$supervisord_conf"
fi
[ ! -f "$debians_conf" ] || ! grep -q '^[[:space:]]*\[\(program\|fcgi-program\|eventlistener\):' "$debians_conf" || echo twice
