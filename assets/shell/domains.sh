# Prints "FILE:NAMES" for each server_name of nginx's enabled sites. The file named after $domain is left out where it
# is this site's: where the host has its $record, or where it serves what is below $home.
set --
for file in /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*.conf; do
	[ "${file##*/}" != "$domain" ] || { [ ! -e "$record" ] && ! grep -qsF "$home/" "$file"; } || continue
	[ ! -f "$file" ] || set -- "$@" "$file"
done
[ $# = 0 ] || awk 'FNR == 1 { rest = "" }
{
	sub(/(^|[ \t;{}])#.*/, "")
	n = split(rest " " $0, said, /[;{}]/)
	for (i = 1; i < n; i++) if (sub(/^[ \t]*server_name[ \t]+/, "", said[i])) print FILENAME ":" said[i]
	rest = said[n]
}' "$@"
