# ask_nginx prints the configuration of the nginx that runs as it would be read now, or "# refused: WHY".
ask_nginx() {
	title=
	{ read -r master </run/nginx.pid && IFS= read -r title <"/proc/$master/cmdline"; } 2>/dev/null
	case $title in *' -c '*) title=${title#*' -c '} && set -- -c "${title%% *}" ;; *) set -- ;; esac
	nginx "$@" -T 2>/dev/null || nginx "$@" -t 2>&1 | sed 's/^/# refused: /'
}
