# Prints "FILE:NAMES" for each server_name of nginx's enabled sites in which $domain may be, in small letters. The file named after $domain is left out where it
# is this site's: where the host has its $record, or where it serves what is below $home; so is one that is named after a name of the record's, where it does. $served is what all files say, read once for all sites. It needs hadnames.sh before it, which sets $had.
line_of_domain() {
	case ${1#*:} in *"$domain"* | *"~"*) ;; *) return ;; esac
	file=${1%%:*}
	[ "${file##*/}" != "$domain" ] || { [ ! -e "$record" ] && ! grep -qsF "$home/" "$file"; } || return 0
	case $had in *" ${file##*/} "*) ! grep -qsF "$home/" "$file" || return 0 ;; esac
	printf '%s\n' "$1"
}
had_names "$record"
[ "$served" ] || served=$(
	set -- /dev/null
	for file in /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*.conf; do [ ! -f "$file" ] || set -- "$@" "$file"; done
	awk 'FNR == 1 { rest = "" }
	{
		sub(/(^|[ \t;{}])#.*/, "")
		n = split(rest " " $0, said, /[;{}]/)
		for (i = 1; i < n; i++) if (sub(/^[ \t]*server_name[ \t]+/, "", said[i])) print FILENAME ":" tolower(said[i])
		rest = said[n]
	}' "$@"
	echo over
)
each_line "$served" line_of_domain
