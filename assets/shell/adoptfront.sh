# Has nginx serve $site by a file of root's, $file, in the place of $old_link, which a folder of the account's may be behind; nobody is turned away. $edited says that the file is a person's: it
# lies at $adopted.nginx.conf. Until djship's gunicorn answers it asks the one that does. $domain is the site's, $home its account's home. It needs nginx.sh and adoptstaged.sh before it.
kept=$(sed -n 's/^kept //p' "$adopted")
new_link=/etc/nginx/sites-enabled/$domain
mkdir -p /webapps/.sockets
[ -e "/webapps/.sockets/$site.sock" ] || ln -sfnT -- "$home/run/gunicorn.sock" "/webapps/.sockets/$site.sock"
# nginx served these out of the virtualenv. What is there already stays.
copied=$(as "$site" sh -c 'cd "$HOME" || exit
	[ ! -e static/admin ] || exit 0
	for admin in lib/python3*/site-packages/django/contrib/admin/static/admin; do [ ! -d "$admin" ] || { cp -R -- "$admin" static/admin && echo "static files of the admin are copied to static/admin"; }; done' </dev/null)
[ ! "$copied" ] || : >"$kept/static"
[ ! "$edited" ] || staged_in_place "$adopted.nginx.conf" "$file" || exit
remember "$old_link" root
lay "$file" "$new_link"
[ "$old_link" = "$new_link" ] || rm -f -- "$old_link"
reload_nginx "$file" "$new_link" "$domain" || {
	take_back "$old_link"
	! nginx -q -t || service nginx reload
	exit 1
}
rm -f "$adopted.nginx.conf"
# Nobody writes these any more, and what rotates the account's logs may not.
as "$site" sh -c 'cd "$HOME/logs" && for log in nginx-access.log nginx-error.log; do [ ! -f "$log" ] || mv -n -- "$log" "$log.before"; done' </dev/null || :
echo front >>"$adopted"
