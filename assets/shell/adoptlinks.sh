# found_programs sets $conf and $at, the file of the supervisord of before and the folder of its programs: where another site was taken over these lie elsewhere.
found_programs() {
	conf=/etc/supervisord.conf at=/etc/supervisor
	[ ! -f /etc/supervisord-before.conf ] || conf=/etc/supervisord-before.conf at=/etc/supervisor/before
}

# found_links prints of each file by which nginx serves $site what it is: "linked LINK PATH" where that lies in the home of its account, "$home", which root does not read, and "own LINK PATH" else;
# "taken PATH" where something stands in the place of what djship would put for $domain. What an account may have laid is not followed.
found_links() {
	for link in /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*; do
		leads=$link hops=0
		while case $leads in /webapps/* | *' '* | */../*) false ;; esac && [ -L "$leads" ] && [ "$hops" -lt 5 ]; do
			next=$(readlink -- "$leads") hops=$((hops + 1))
			case $next in /*) leads=$next ;; *) leads=${leads%/*}/$next ;; esac
			case $leads in */../*) leads=$(realpath -ms -- "$leads") ;; esac
		done
		case $leads in
		*' '* | */../*) ;;
		"$home"/*) echo "linked $link $leads" ;;
		/webapps/*) ;;
		*) [ ! -f "$leads" ] || ! grep -qsF -e "$home/run/" -- "$leads" || { echo "own $link $leads" && shown "$home/nginx.conf" "$leads"; } ;;
		esac
	done
	for path in "/etc/nginx/sites-available/$domain" "/webapps/.sockets/$site.sock"; do [ ! -e "$path" ] || echo "taken $path"; done
}

# found_tools prints "tool NAME" of each of pip's programs that djship's link takes the place of.
found_tools() { for name in virtualenv supervisord supervisorctl; do [ -L "/usr/local/bin/$name" ] || [ ! -e "/usr/local/bin/$name" ] || echo "tool $name"; done; }
