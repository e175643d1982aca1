# What a step about https reads, a word and its value a line: "holder PROGRAM" of who listens on port 443
# and is not nginx; of the site's file of nginx, $site_file, "site absent", "site own" where it speaks https by itself, "site includes" where it reads $include, or "site lacks SUM";
# "renewed" where $renewed is there; and of the pair $certificate and $key "c:LINE" of the one, "s:SUM" of its text, "k:LINE" of the other's public half, and "m:STAT" as st has them.
# Behind "conf" there is the file $conf.

# site_https tells of the site's file.
site_https() {
	[ -f "$site_file" ] || { echo 'site absent'; return; }
	said=$(sed -e 's/#.*//' "$site_file" | tr '\n\t' '  ' | tr ';{}' '\n\n\n' | sed -e 's/  */ /g' -e 's/^ //' -e 's/ $//')
	if echo "$said" | grep -q -e '^ssl_certificate ' -e '^listen 443\b' -e '^listen [^ ]*:443\b'; then
		echo 'site own'
	elif echo "$said" | grep -qxF "${include%;}"; then
		echo 'site includes'
	else
		echo "site lacks $(sha256sum <"$site_file" | cut -d' ' -f1)"
	fi
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
