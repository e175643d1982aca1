# reload_nginx SITE LINK DOMAIN takes a site's file into use. Where nginx refuses it, this run's
# files are taken back, so that other sites stay up and the next reload by anybody works.
reload_nginx() {
	nginx -q -t || {
		take_back "$1"
		take_back "$2"
		[ -e "$1" ] || rm -f "$2"
		echo "nginx refuses its configuration; what this run had put for $3 is taken back"
		return 1
	}
	read -r master </run/nginx.pid
	workers=$(cat "/proc/$master/task/$master/children")
	service nginx reload
	hold reloaded && return
	tail -n 5 /var/log/nginx/error.log
	take_back "$1"
	take_back "$2"
	[ -e "$1" ] || rm -f "$2"
	nginx -t && service nginx reload
	echo "nginx goes on with what it had; what this run had put for $3 is taken back"
	return 1
}

# reloaded tells whether the workers from before take no visitors any more. Until then they answer
# as they did before.
reloaded() {
	for worker in $workers; do
		case $(tr '\0' ' ' 2>/dev/null <"/proc/$worker/cmdline") in
		"nginx: worker process is "* | "") ;;
		"nginx: worker process"*) return 1 ;;
		esac
	done
}
