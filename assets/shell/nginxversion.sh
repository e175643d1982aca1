# nginx_version prints "version NGINX OPENSSL", of the nginx that is installed and what it runs with.
nginx_version() {
	[ ! -x /usr/sbin/nginx ] || /usr/sbin/nginx -V 2>&1 | awk '
		match($0, /nginx\/[0-9.]+/) { nginx = substr($0, RSTART + 6, RLENGTH - 6) }
		/^built with OpenSSL / { ssl = $4; if (match($0, /running with OpenSSL [0-9.]+/)) ssl = substr($0, RSTART + 21, RLENGTH - 21) }
		END { print "version", nginx, ssl }'
}
