# Keeps what taking over $site replaces, in a folder of root's named after $stamp, before anything is touched: as it was, for the way back, and as texts, by which a run that was cut off is gone on with.
# $home is its account's home, $adopted where it is noted, $domain its domain. It needs adoptlinks.sh, which finds $conf and $at, before it.
umask 077
mkdir -p "${adopted%/*}"
for old in "${adopted%/*}/$site"-2*; do # of a run that was cut off here
	[ ! -d "$old" ] || grep -qsF "$old" "${adopted%/*}"/* || rm -rf -- "$old"
done
kept=${adopted%/*}/$site-$stamp
mkdir -p "$kept/programs"
shown() { :; }
found_links | grep -v '^taken ' >"$kept/found"
found_tools >>"$kept/found"
links=$(sed -n 's/^\(linked\|own\) \([^ ]*\) .*/\2/p' "$kept/found")
set --
for path in $links /etc/supervisord.conf /etc/supervisor/*.conf /etc/init.d/supervisord /usr/local/bin/virtualenv /usr/local/bin/supervisord /usr/local/bin/supervisorctl \
	/etc/systemd/system/supervisord.service /etc/rc?.d/???supervisord /etc/supervisord-before.conf /etc/supervisor/before; do
	[ -e "$path" ] || [ -L "$path" ] || continue
	set -- "$@" "${path#/}"
done
tar -C / -cpf "$kept/root.tar" -- "$@"
printf '%s\n' "$@" >"$kept/root.list"
# What the account has it reads itself: root opens no name of its.
from() { as "$site" timeout 60 sh -c 'cd "$HOME" && shift && "$@"' sh - "$@" </dev/null | timeout --foreground 62 head -c 67108864; }
had=$(from sh -c 'for name in prepare_env.sh gunicorn_start.sh .django_secret_key .django_db_password nginx current shared; do [ ! -e "$name" ] && [ ! -L "$name" ] || echo "$name"; done' | tr '\n' ' ')
case $had in *[!a-z_./\ ]*) echo "the account $site does not say what it has"; exit 1 ;; esac
# What is in the last two djship leaves alone.
# shellcheck disable=SC2086
from tar --ignore-failed-read --exclude=current --exclude=shared -cpf - $had 2>/dev/null >"$kept/home.tar"
case $(stat -c %s "$kept/home.tar") in 0 | 67108864) false ;; esac || { echo "the account $site could not read what is to be kept of its home"; exit 1; }
echo "$had" >"$kept/home.list"
for name in prepare_env.sh gunicorn_start.sh; do from head -c 262144 "$name" >"$kept/$name"; done
linked=$(sed -n 's/^linked [^ ]* //p' "$kept/found")
if [ "$linked" ]; then from head -c 262144 "$linked" >"$kept/nginx.conf"; else cat -- "$(sed -n 's/^own [^ ]* //p' "$kept/found")" >"$kept/nginx.conf"; fi
found_programs
echo "at $at" >>"$kept/found"
cp -p "$conf" "$kept/supervisord.conf"
for file in "$at"/*.conf; do [ ! -f "$file" ] || cp -p -- "$file" "$kept/programs/"; done
stat -c '%U:%G %a' "$home" >"$kept/home.stat"
sql >"$kept/postgres" <<-SQL
	select 'hash', rolpassword from pg_catalog.pg_authid where rolname = '$site'::pg_catalog.name;
	select 'open', datname from pg_catalog.pg_database where datname in ('$site'::pg_catalog.name, 'postgres'::pg_catalog.name, 'template1'::pg_catalog.name)
		and pg_catalog.has_database_privilege('public'::pg_catalog.name, oid, 'connect'::pg_catalog.text);
SQL
sync "$kept"/* 2>/dev/null || sync
printf 'kept %s\ndomain %s\n' "$kept" "$domain" >"$adopted.new" && sync "$adopted.new" && mv -f "$adopted.new" "$adopted"
echo "notice: what is replaced is kept in $kept"
[ "$(from sh -c 'for name in .django_secret_key .django_db_password prepare_env.sh; do [ ! -f "$name" ] || stat -c %a "$name"; done' | grep -c '[4-7]$')" = 0 ] ||
	echo "notice: the secret key and the database password of $site were for every account of the host to read, and are closed: where somebody may have read them, \`djship rotate $site\` makes new ones when this is done"
