# What a step about names that lead on needs. $site_file is nginx's file of the site, $include the line by which that reads the step's file, $domain the site's, $names those that lead there.
# It needs slotask.sh before it, and use_redirects nginx.sh, too.

# front prints where nginx of this host answers.
front() {
	for at in 127.0.0.1 $(hostname -I); do
		case $at in *:*) at="[$at]" ;; esac
		! ask "$at:80" "$domain" / http 2 0 >/dev/null || { echo "$at:80"; return; }
	done
	echo 127.0.0.1:80
}

# goes_well tells whether the site answers under its domain: nobody is led to one that does not.
goes_well() {
	answer=$(ask "$(front)" "$domain" / http 20 0)
	case $answer in
	400*) echo "$domain answers 400 here: is it in ALLOWED_HOSTS?" ;;
	[1-4]*) return ;;
	*) echo "$domain does not answer as it should here: $answer" ;;
	esac
	echo "no name leads there before it does; each is answered as it was"
	return 1
}

# use_redirects FILE has nginx read what there is of the step's file; it is taken back where names do not lead on by it.
use_redirects() {
	reload_nginx "$1" "$1" "redirects to $domain" && are_led && return
	take_back "$1"
	nginx -q -t && service nginx reload
	return 1
}

# are_led tells whether each of $names leads to the domain.
are_led() {
	for name in $names; do
		answer=$(ask "$(front)" "$name" / http 5 0)
		case $answer in
		"301 http://$domain/" | "301 https://$domain/" | "301 https://$name/") ;;
		*)
			echo "$name does not lead to $domain: nginx answers $answer. Is the name in server_name of $site_file, and does the same block have the line $include"
			return 1
			;;
		esac
	done
}
