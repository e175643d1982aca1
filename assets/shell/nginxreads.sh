# What NginxReads reads: the configuration of an nginx that has no $site_file yet, and `# holds: "PROGRAM"` of
# those that listen on port 80. It needs the function of nginxask.sh.
if [ -e "$site_file" ] || [ -L "$site_file" ] || [ ! -x /usr/sbin/nginx ]; then
	:
elif unit nginx | grep -qx -e ActiveState=active -e active; then
	ask_nginx
	! command -v ss >/dev/null || ss -Hltnp 'sport = :80' | grep -o '("[^"]*"' | sed 's/^(/# holds: /' | sort -u
else
	for file in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf; do
		[ ! -f "$file" ] || { echo "# configuration file $file:" && head -c 65536 -- "$file"; }
	done
fi
