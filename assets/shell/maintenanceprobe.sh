# "includes" where nginx's file of the site that $record is of has the line $include, and the file $page with a colon before each line.
# shellcheck disable=SC2154
domain=$(sed -n 's/^domain //p' "$record" 2>/dev/null)
[ ! "$domain" ] || ! sed -e 's/#.*//' -e 's/[[:space:]]\{1,\}/ /g' -e 's/^ //' -e 's/ $//' "/etc/nginx/sites-available/$domain" 2>/dev/null | grep -qxF "$include" || echo includes
[ ! -f "$page" ] || sed 's/^/:/' "$page"
