# Puts the page that visitors of $site, whose domain is $domain, get in maintenance, has nginx use $conf, and looks whether it does; or takes both away. $page is
# the page's path beside $conf, $usual the text of djship's own, $code the folder in which the site may have one. It needs nginx.sh and slotask.sh.

# own_page prints templates/503.html of the code, the one nearest to its top, as the site's account reads it: 256 KiB, and a byte more where there is more.
own_page() {
	as "$site" timeout 10 sh -c '
page=$(find "$1" -maxdepth 5 -name node_modules -prune -o -type f -path "*/templates/503.html" -printf "%d %p\n" 2>/dev/null | sort -n | head -n 1)
[ ! "$page" ] || exec cat -- "${page#* }"' sh "$code" </dev/null | timeout --foreground 12 head -c 262145
}

# take_page puts the page, and says whose it is.
take_page() {
	own_page >"$stage/page" 2>/dev/null || :
	if [ ! -s "$stage/page" ]; then
		echo "the page is djship's own: the code has no templates/503.html"
	elif [ "$(stat -c %s "$stage/page")" -gt 262144 ]; then
		echo "the page is djship's own: the site's templates/503.html is larger than 256 KiB"
		: >"$stage/page"
	elif grep -q '{[{%]' "$stage/page"; then
		echo "the page is djship's own: the site's templates/503.html has {{ or {% in it, and nobody renders it"
		: >"$stage/page"
	else
		echo "the page is the site's own templates/503.html"
	fi
	[ -s "$stage/page" ] || printf '%s\n' "$usual" >"$stage/page"
	mkdir -p "${page%/*}" && cat "$stage/page" >"$page.new" && chmod 0644 "$page.new" && sync "$page.new" && mv -fT -- "$page.new" "$page"
}

# met prints with which status a visitor is answered, by the first of the host's addresses at which nginx listens; nothing where it does not.
met() {
	for at in 127.0.0.1 $(hostname -I); do
		case $at in *:*) at="[$at]" ;; esac
		answer=$(ask "$at:80" "$domain" / http 5 0 no) && { echo "${answer%% *}"; return; }
	done
}

# shut takes into use that visitors get the page. Where http leads to https its answer says nothing.
shut() {
	reload_nginx "$conf" "$page" "$domain" || return
	case $(met) in
	503 | 3* | '') return ;;
	esac
	rm -f -- "$conf" "$page"
	nginx -q -t && service nginx reload
	echo "nginx goes on to let visitors of $domain through, so this is taken back: it answers for $domain by another server block than the one with"
	echo "include ${conf%/*}/*.conf;"
	return 1
}

# open lets visitors in again.
open() {
	remember "$conf" root && rm -f -- "$conf" && reload_nginx "$conf" "$conf" "$domain" || return
	rm -f -- "$page"
	rmdir -- "${conf%/*}" 2>/dev/null || : # where there is more, https comes from there
}
