# renewal_of SITE prints what is known of a site's certificate: "certificate from SECONDS" and "certificate until SECONDS" of its life. Of one that its host renews "renewal ok SECONDS" or
# "renewal failed SECONDS" of when it was last looked at, and a line "renewal says TEXT" for each that was said then; of one that a person has put there "renewal own", and "certificate gone" where there
# is none that can be read any more. Times are since 1970. A site that has none on record has none.
renewal_of() {
	of=$state/certificates/$1
	case $(sed -n 's/^tls //p' "$state/sites/$1" 2>/dev/null) in
	files)
		echo 'renewal own'
		life_of "$(sed -n 's/^tls_certificate //p' "$state/sites/$1")"
		return
		;;
	acme) [ -d "$of" ] || return 0 ;;
	*) return 0 ;;
	esac
	[ ! -f "$of/pair" ] || sed -n -e 's/^from /certificate &/p' -e 's/^until /certificate &/p' "$of/pair"
	[ ! -f "$of/outcome" ] || head -c 2400 "$of/outcome" | {
		read -r word at && echo "renewal $word $at"
		head -n 14 | sed 's/^/renewal says /'
		echo
	}
}

# life_of FILE prints from when until when the first certificate in a file is valid.
life_of() {
	life=$([ -f "$1" ] && head -c 131072 -- "$1" 2>/dev/null | timeout 5 openssl x509 -noout -startdate -enddate 2>/dev/null)
	case $life in
	notBefore=*notAfter=*)
		echo "certificate from $(date -ud "$(echo "$life" | sed -n 's/^notBefore=//p')" +%s)"
		echo "certificate until $(date -ud "$(echo "$life" | sed -n 's/^notAfter=//p')" +%s)"
		;;
	*) echo 'certificate gone' ;;
	esac
}
