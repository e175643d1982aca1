# What a step about https reads, a word and its value a line: "version NGINX OPENSSL" of the nginx that is installed; "now SECONDS"; "holder PROGRAM" of who listens on port 443
# and is not nginx; of the site's file of nginx, $site_file, "site absent", "site own" where it speaks https by itself, "site includes" where it reads $include, or "site lacks SUM";
# "renewed" where $renewed is there; and of the pair $certificate and $key "c:LINE" of the one, "s:SUM" of its text, "k:LINE" of the other's public half, and "m:STAT" as st has them.
# Behind "conf" there is the file $conf.

# nginx_version prints the line of nginx and its OpenSSL.
nginx_version() {
	[ ! -x /usr/sbin/nginx ] || /usr/sbin/nginx -V 2>&1 | awk '
		match($0, /nginx\/[0-9.]+/) { nginx = substr($0, RSTART + 6, RLENGTH - 6) }
		/^built with OpenSSL / { ssl = $4; if (match($0, /running with OpenSSL [0-9.]+/)) ssl = substr($0, RSTART + 21, RLENGTH - 21) }
		END { print "version", nginx, ssl }'
}

# site_https tells of the site's file.
site_https() {
	[ -f "$site_file" ] || { echo 'site absent'; return; }
	said=$(sed -e 's/#.*//' -e 's/[[:space:]]\{1,\}/ /g' -e 's/^ //' -e 's/ $//' "$site_file")
	case " $(echo "$said" | tr '\n' ' ')" in
	*[\ \;\{]ssl_certificate\ * | *[\ \;\{]listen\ *443\ *ssl* | *[\ \;\{]listen\ *443\;*) echo 'site own' ;;
	*"$include"*) echo 'site includes' ;;
	*) echo "site lacks $(sha256sum <"$site_file" | cut -d' ' -f1)" ;;
	esac
}

# pair tells of the certificate and its key, which may be links: what they lead to is looked at.
pair() {
	for file in "$certificate" "$key"; do
		echo "m:$(stat -Lc '%F|%U:%G|%a|%s' -- "$file" 2>/dev/null || echo absent)"
	done
	[ ! -f "$certificate" ] || {
		head -c 131072 -- "$certificate" | sed -n '/^-\{5\}BEGIN CERTIFICATE-/,/^-\{5\}END CERTIFICATE-/s/^/c:/p'
		head -c 131072 -- "$certificate" | sha256sum | sed 's/^\([0-9a-f]*\).*/s:\1/'
	}
	[ ! -f "$key" ] || head -c 65536 -- "$key" | timeout 5 openssl pkey -pubout -passin pass: 2>/dev/null | sed 's/^/k:/'
}

# port443 tells who holds it, where that is not nginx.
port443() {
	! command -v ss >/dev/null || ss -Hltnp 'sport = :443' | sed -n 's/.*users:(("\([^"]*\)".*/holder \1/p' | grep -vx 'holder nginx' | head -n 1
}
