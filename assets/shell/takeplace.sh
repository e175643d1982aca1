# The end of the nginx file by which a site was served before its domain was $domain. It needs nginx.sh before it.
available=/etc/nginx/sites-available enabled=/etc/nginx/sites-enabled

# take_place NAME has nginx read the file of $domain in the place of that of NAME, by renames of links: whoever reads nginx's files meanwhile finds one of the two. Then the old one goes.
take_place() {
	old=$enabled/$1
	case $(readlink "$old") in
	"$available/$1" | "$available/$domain")
		ln -sfnT -- "$available/$domain" "$enabled/.$domain.djship-new" && mv -fT -- "$enabled/.$domain.djship-new" "$old" && mv -fT -- "$old" "$enabled/$domain" || return
		reload_nginx "$available/$domain" "$enabled/$domain" "$domain" || {
			rm -f -- "$enabled/$domain"
			[ ! -f "$available/$1" ] || ln -sfnT -- "$available/$1" "$old"
			nginx -q -t && service nginx reload
			echo "the site goes on to be served as $1"
			return 1
		}
		;;
	esac
	rm -f -- "$available/$1"
}
