# What a host has of the site $site, by parts as parting.sh has them, in the order in which they go. The site's record goes last: it tells that all of this is djship's to take away. It needs parting.sh before it.
# shellcheck disable=SC2154
home=/webapps/${site}_project own=/webapps/.sites/$site record=$state/sites/$site domain='' uid='' builder=''
had=
[ ! -f "$record" ] || had=$(sed -n '/^redirects [A-Za-z0-9. -]*$/s/^redirects //p' "$record" | head -n 1)
[ ! -f "$record" ] || domain=$(sed -n 's/^domain \([A-Za-z0-9.-]\{1,253\}\)$/\1/p' "$record" | head -n 1)

# begin notes in the record that the site is on its way out: a run after one that was cut off makes no backup of what is left.
found_begin() {
	if [ -f "$record" ]; then
		grep -qx 'removing yes' "$record" || echo 'there the record, which notes that its removal has begun'
	elif any "$home" "$own" "/etc/supervisor/$site.conf"; then
		echo "stands the host has $(there "$home" "$own" "/etc/supervisor/$site.conf" | sed -n '1s/^there //p'), and no record that djship made a site $site"
	fi
}
gone_begin() { { cat "$record" && echo 'removing yes'; } >"$record.new" && chmod 0600 "$record.new" && sync "$record.new" && mv -f "$record.new" "$record"; }

# nginx: its file of the site, which is taken back where nginx would not go on without it.
nginx_files() {
	[ "$domain" ] || return 0
	enabled=/etc/nginx/sites-enabled/$domain available=/etc/nginx/sites-available/$domain parts=/etc/nginx/djship/$site
}
# files_of_before are what a run that took the site to another domain, and was cut off, has left.
files_of_before() {
	for name in $had; do
		old=/etc/nginx/sites-available/$name
		case $(readlink "/etc/nginx/sites-enabled/$name") in "$old" | "$available") echo "/etc/nginx/sites-enabled/$name" ;; esac
		! grep -qs "^upstream ${site}_gunicorn {" "$old" || echo "$old"
	done
}
found_nginx() {
	nginx_files
	[ "$domain" ] || return 0
	case $(readlink "$enabled") in "$available") there "$enabled" ;; *) [ ! -e "$enabled" ] || echo "left $enabled, which djship has not laid" ;; esac
	there "$available" "$parts"
	for path in $(files_of_before); do there "$path"; done
	for path in "$available".*; do [ ! -e "$path" ] || echo "left $path"; done
}
gone_nginx() {
	nginx_files
	for path in $(files_of_before); do rm -f -- "$path"; done
	if [ "$(readlink "$enabled")" = "$available" ]; then
		rm -f -- "$enabled"
		if command -v nginx >/dev/null && ! nginx -q -t; then
			ln -s "$available" "$enabled"
			echo "nginx refuses its configuration without this site, which is left as it was"
			return 1
		fi
	fi
	reload_running || return
	rm -f -- "$available" && rm -rf -- "$parts"
}

# jobs: what cron runs.
found_jobs() { there "/etc/cron.d/djship-$site"; [ ! -e "/var/spool/cron/crontabs/$site" ] || echo "left /var/spool/cron/crontabs/$site, a crontab of the account's own"; }
gone_jobs() { rm -f -- "/etc/cron.d/djship-$site"; }

# programs: what supervisord runs, a file a program, and their sockets.
programs() { for path in "/etc/supervisor/$site.conf" "/etc/supervisor/$site-"[ab].conf "/etc/supervisor/$site-"[ab][0-9]*.conf; do [ ! -e "$path" ] || echo "$path"; done; }
found_programs() { for path in $(programs) "/etc/supervisor/$site.conf.zero" "/etc/supervisor/$site-"[ab].conf.* "/webapps/.sockets/$site.sock" "/webapps/.sockets/$site-"[0ab].sock; do there "$path"; done; }
gone_programs() {
	if [ -S /run/supervisord.sock ]; then
		for path in $(programs); do
			name=${path##*/} name=${name%.conf}
			timeout -k 2 150 /usr/local/bin/supervisorctl -c /etc/supervisord.conf stop "$name:*" </dev/null >/dev/null 2>&1
			said=$(timeout -k 2 30 /usr/local/bin/supervisorctl -c /etc/supervisord.conf remove "$name" </dev/null 2>&1) || :
			case $said in
			*': removed process group'* | *'no such process'* | *'no such group'*) ;;
			*) echo "supervisord: $said"; return 1 ;;
			esac
			rm -f -- "$path"
		done
	fi
	for path in $(found_programs | sed 's/^there //'); do rm -f -- "$path" || return; done
}

# redis: one of the site's own.
found_redis() { there "/etc/redis/redis-$site.conf" "/var/lib/redis/$site"; }
gone_redis() {
	systemctl --quiet disable --now "redis-server@$site" || return
	rm -rf -- "/var/lib/redis/$site" && rm -f -- "/etc/redis/redis-$site.conf"
}

# certificate: one that djship has ordered.
found_certificate() {
	there "$state/certificates/$site"
	[ -d "$state/certificates/$site" ] || [ ! -e "/etc/letsencrypt/renewal/$site.conf" ] || echo "left the certificate $site of certbot's, which djship has not ordered"
}
gone_certificate() {
	if [ -e "/etc/letsencrypt/renewal/$site.conf" ] && command -v certbot >/dev/null; then
		timeout 120 certbot delete --non-interactive --cert-name "$site" </dev/null || return
	fi
	rm -rf -- "$state/certificates/${site:?}"
}

# releases: root's folders of them.
found_releases() { there "$own" "/webapps/.static/$site" "/run/djship/frugal-$site" "/run/djship/ending-$site"; }
gone_releases() { rm -rf --one-file-system -- "/webapps/.sites/${site:?}" "/webapps/.static/$site" "/run/djship/frugal-$site" "/run/djship/ending-$site"; }

# account: the site's, with its home and its processes, and the one that makes its virtualenvs.
account_of() {
	entry=$(getent passwd "$site") || return 0
	uid=$(id -u "$site") builder=djship-$uid
}
# kept_by_restores prints what is lost with the home and is in no backup.
kept_by_restores() {
	for path in "$home"/djship-before-*; do
		case ${path##*/} in *[!a-z0-9-]*) ;; *) [ ! -d "$path" ] || echo "there $path, which a restore has kept and no backup has" ;; esac
	done
}
found_account() {
	account_of
	if [ "$uid" ]; then
		entry=${entry%:*} # without its shell
		[ "${entry##*:}" = "$home" ] || { echo "stands the home of the account $site is ${entry##*:}: djship has not made it"; return; }
		echo "there the account $site"
		getent passwd "$builder" >/dev/null && echo "there the account $builder"
		timeout 15 find / -xdev \( -path /proc -o -path /webapps -o -path /tmp -o -path /var/tmp -o -path /var/lib/php \) -prune -o -uid "$uid" -print 2>/dev/null | head -n 5 | tr -c '\n -~' '?' | sed 's/^/left /; s/$/, a file of that account/'
	fi
	if [ -d "$home" ]; then
		mounted=$(awk -v "home=$home" '$2 == home || index($2, home "/") == 1 { print $2; exit }' /proc/self/mounts)
		[ ! "$mounted" ] || { echo "stands a file system is mounted at $mounted, which would be emptied"; return; }
		if [ "$uid" ] && [ "$(stat -c %u "$home")" != "$uid" ]; then echo "stands $home is not of the account $site"; return; fi
		echo "there $home"
		kept_by_restores | head -n 8
	fi
	! getent group "$site" >/dev/null || echo "there the group $site"
}
gone_account() {
	account_of
	if [ "$uid" ]; then
		for of in "$uid" "$(id -u "$builder" 2>/dev/null)"; do
			tries=0
			while [ "$of" ] && pkill -KILL -u "$of" && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
		done
	fi
	rm -rf --one-file-system -- "/webapps/${site:?}_project" || return
	if [ "$builder" ] && getent passwd "$builder" >/dev/null; then userdel "$builder" || return; fi
	[ ! "$builder" ] || ! getent group "$builder" >/dev/null || groupdel "$builder" || return
	[ ! "$uid" ] || userdel "$site" || return
	! getent group "$site" >/dev/null || groupdel "$site"
}

# files: rules of the site's for sshd and logrotate.
found_files() { there "/etc/logrotate.d/djship-$site" "/etc/ssh/sshd_config.d/djship-$site.conf"; }
gone_files() {
	rm -f -- "/etc/logrotate.d/djship-$site"
	any "/etc/ssh/sshd_config.d/djship-$site.conf" || return 0
	rm -f -- "/etc/ssh/sshd_config.d/djship-$site.conf"
	mkdir -p /run/sshd
	sshd -t || return
	if [ -d /run/systemd/system ]; then systemctl try-reload-or-restart ssh; else service ssh reload; fi
}

# database: PostgreSQL's, and the role. What else that role owns stays, and with it the role: under another name, so that a site may have this one, and may not log in any more. Whose it is is not changed, for what a role has made
# obeys its owner: an index's function would be root of PostgreSQL's, were that the superuser.
found_database() {
	pg_find
	[ "$pg_cluster" ] || return 0
	[ "$pg_state" = ready ] || { echo "stands PostgreSQL does not run"; return; }
	said=$(sql <<-SQL
		select case when pg_catalog.pg_get_userbyid(datdba) = '$site' then 'there the database $site' else 'stands the database $site is owned by another role' end from pg_catalog.pg_database where datname = '$site';
		select 'there the database ' || datname || ', into which a restore that was cut off has read a backup' from pg_catalog.pg_database where datname = '$site.restoring' and pg_catalog.pg_get_userbyid(datdba) = '$site';
		select 'left the database ' || d.datname || case when d.datname ~ '^${site}[.]before-[0-9]+-[0-9]+\$' then ', which a restore has kept (sudo -u postgres dropdb ' || d.datname || ')' else ', which the role $site owns' end
			from pg_catalog.pg_database d join pg_catalog.pg_roles r on r.oid = d.datdba where r.rolname = '$site' and d.datname not in ('$site', '$site.restoring') order by 1;
		select distinct 'left what the role $site has in the database ' || d.datname from pg_catalog.pg_shdepend s join pg_catalog.pg_roles r on r.oid = s.refobjid
			join pg_catalog.pg_database d on d.oid = s.dbid where s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass and r.rolname = '$site' and d.datname <> '$site' and d.datdba <> r.oid;
		select 'there the role $site' from pg_catalog.pg_roles where rolname = '$site';
		select 'left that role as $site.removed-' || r.oid || ', which may not log in, for what is its own (then sudo -u postgres dropuser $site.removed-' || r.oid || ')'
			from pg_catalog.pg_roles r where r.rolname = '$site' and exists (select from pg_catalog.pg_shdepend s where s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass and s.refobjid = r.oid
			and not exists (select from pg_catalog.pg_database d where d.datname in ('$site', '$site.restoring') and (s.dbid = d.oid or s.classid = 'pg_catalog.pg_database'::pg_catalog.regclass and s.objid = d.oid)));
	SQL
	) || { echo "stands PostgreSQL can't be asked: $(printf '%s' "$said" | tail -n 1)"; return; }
	printf '%s\n' "$said" | tr -c '\n -~' '?'
}
gone_database() {
	found=$(found_database)
	case $found in
	*"there the database $site.restoring"*)
		sql <<-SQL || return
			select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.datname = '$site.restoring';
			drop database "$site.restoring";
		SQL
		;;
	esac
	case $nl$found$nl in
	*"${nl}there the database $site$nl"*)
		sql <<-SQL || return
			alter database "$site" allow_connections false;
			select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.datname = '$site';
			drop database "$site";
		SQL
		;;
	esac
	case $found in
	*'left that role'*)
		sql <<-SQL
			begin;
			alter role "$site" nologin password null;
			select pg_catalog.format('alter role %I rename to %I', rolname, rolname || '.removed-' || oid) from pg_catalog.pg_roles where rolname = '$site' \\gexec
			commit;
		SQL
		;;
	*'there the role'*) echo "drop role \"$site\";" | sql ;;
	esac
}

# with_notes COMMAND... runs a command with the paths of all notes but the record.
with_notes() {
	"$@" "$state/restored-$site" "$state/restoring-$site" "$state/restoring-$site.config" "$state/restoring-$site.room" "$state/staged-$site" "$state/rotated/$site-"* "$state/adopted/$site" \
		"$state/sites/$site.static" "$state/sites/$site.password" "$state/sites/$site.renewed" "$state/backups/$site" "$state/backups/$site.outcome" "$state/due/"*"-$site" "$state/renewed/$site"
}

# record: what djship has noted of the site; the record itself goes last.
found_record() {
	with_notes there
	there "$record"
	for path in "$state/adopted/$site-2"*; do [ ! -d "$path" ] || echo "left $path, what the site was before djship took it over, with its secrets of then"; done
	[ ! -d "/var/backups/djship/$site" ] || echo "left /var/backups/djship/$site, backups that the host has made"
	[ ! "$(ls -A "$state/kept/$site" 2>/dev/null)" ] || echo "left $state/kept/$site, what migrations of the site have destroyed"
}
gone_record() {
	rmdir -- "$state/kept/$site" 2>/dev/null || : # where there is something it stays
	with_notes rm -f -- "$state/sites/$site.password.turned" && rm -f -- "$record"
}
