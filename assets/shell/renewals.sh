# renewal_of SITE prints what is known of a site's certificate that its host renews: "certificate from SECONDS" and "certificate until SECONDS" of its life, "renewal ok SECONDS" or
# "renewal failed SECONDS" of when it was last looked at, and a line "renewal says TEXT" for each that was said then. Times are since 1970. A site that is not on record for it has none.
renewal_of() {
	of=$state/certificates/$1
	[ -d "$of" ] && grep -qx 'tls acme' "$state/sites/$1" 2>/dev/null || return 0
	[ ! -f "$of/pair" ] || sed -n -e 's/^from /certificate &/p' -e 's/^until /certificate &/p' "$of/pair"
	[ ! -f "$of/outcome" ] || head -c 2400 "$of/outcome" | {
		read -r word at && echo "renewal $word $at"
		head -n 14 | sed 's/^/renewal says /'
		echo
	}
}
