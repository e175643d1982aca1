# Prints of nginx's files by which the site $site was served before its domain was $domain "old NAME SUM enabled|-" each: of those that are named after names in $record, or have the site's upstream. SUM is
# "-" where there is only a link; before them there is "next SUM" of the file of $domain. $fronts is what there is of all sites, read once. It needs hadnames.sh before it.
available=/etc/nginx/sites-available enabled=/etc/nginx/sites-enabled
sum_of() { if [ -f "$available/$1" ] && [ ! -L "$available/$1" ]; then sha256sum <"$available/$1" | cut -d' ' -f1; else echo -; fi; }
line_of_front() {
	case $1 in
	"$available/$domain:"* | "$domain -> "*) ;;
	"$available/"*":upstream ${site}_gunicorn {") name=${1#"$available/"} had="$had${name%%:*} " ;;
	*" -> $available/$domain") had="$had${1%% *} " ;;
	esac
}
[ "$fronts" ] || fronts=$(
	grep -Hs '^upstream [a-z0-9_]*_gunicorn {' "$available"/*
	find "$enabled" -maxdepth 1 -type l -printf '%f -> %l\n' 2>/dev/null
	echo over
)
told=' '
had_names "$record"
each_line "$fronts" line_of_front
for name in $had; do
	case $name in "$domain" | *[!A-Za-z0-9.-]*) continue ;; esac
	case $told in *" $name "*) continue ;; esac
	is=-
	case $(readlink "$enabled/$name") in "$available/$name" | "$available/$domain") is=enabled ;; esac
	if [ -f "$available/$name" ] || [ "$is" = enabled ]; then
		[ "$told" != ' ' ] || echo "next $(sum_of "$domain")"
		echo "old $name $(sum_of "$name") $is"
		told="$told$name "
	fi
done
