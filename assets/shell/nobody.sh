# primary prints "primary PORT" for 80 and 443, where another file of nginx than $nobody has a default server on it, and "welcome" where that is
# $welcome as Debian's package has brought it.
primary() {
	if [ -L "$welcome" ] && [ "$(readlink -f "$welcome")" = /etc/nginx/sites-available/default ] &&
		dpkg-query -W -f '${Conffiles}\n' nginx-common 2>/dev/null | grep -qF " /etc/nginx/sites-available/default $(md5sum <"$welcome" | cut -d' ' -f1)"; then
		echo welcome
	fi
	for file in /etc/nginx/nginx.conf /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*.conf; do
		[ "$file" = "$nobody" ] || [ ! -f "$file" ] || sed 's/#.*//' "$file"
	done | tr '\n' ' ' | tr ';{}' '\n\n\n' | awk '
		$1 == "listen" && / default(_server)?( |$)/ { port = $2; if (port !~ /(^|:)[0-9]+$/) port = 80; sub(/.*:/, "", port); if (port == 80 || port == 443) print "primary", port }' | sort -u
}
