# A redis of the site's own, of Debian's unit redis-server@$site: nobody reaches it by the network, who has its password can do nothing but keep data there, and what others of the
# host keep in theirs is out of reach. $conf is its file, $text what stands there but for the password, and $note where the account finds its addresses.
data=/var/lib/redis/$site

# Debian's own, without a password, that came with the package: where nobody has used it sites had better not meet it.
only_ours() {
	[ "$(timeout 5 redis-cli -h 127.0.0.1 -p 6379 dbsize 2>&1 </dev/null)" = 0 ] && [ "$(timeout 5 redis-cli -h 127.0.0.1 -p 6379 client list 2>&1 </dev/null | grep -c .)" = 1 ]
}
for other in /etc/redis/redis-*.conf; do
	[ -e "$other" ] || ! only_ours || systemctl --quiet disable --now redis-server
	break
done

password=
[ ! -f "$note" ] || password=$(sed -n 's/^export REDIS_URL="unix:\/\/:\([0-9a-f]\{64\}\)@.*/\1/p' "$note")
[ "$password" ] || password=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
[ "${#password}" = 64 ] || exit
channels='&* '
case $(redis-server --version) in *' v=6.0.'*) channels= ;; esac # which has no rules for them
install -d -o redis -g redis -m 0750 "$data" || exit
{ printf '%s' "$text" && printf 'user default on >%s ~* %s+@all -@admin +client\n' "$password" "$channels"; } >"$conf.new" &&
	chown root:redis "$conf.new" && chmod 0640 "$conf.new" && mv -f "$conf.new" "$conf" || exit
at=/run/redis-$site/redis.sock
printf 'export REDIS_URL="unix://:%s@%s?db=0"\nexport CELERY_BROKER_URL="redis+socket://:%s@%s?virtual_host=0"\n' "$password" "$at" "$password" "$at" | put_for "$site" "$note" || exit
systemctl --quiet enable "redis-server@$site" && systemctl restart "redis-server@$site"
