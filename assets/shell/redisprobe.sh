# Of the redis of $site: prints "systemd" where that runs, "note" where the account finds its addresses in $note, "conf SUM" of $conf without the line that has the password, and what systemd says of its unit.
[ ! -d /run/systemd/system ] || echo systemd
[ ! -s "$note" ] || [ "$(stat -c '%U:%G %a' "$note")" != "root:$site 640" ] || echo note
[ ! -f "$conf" ] || echo "conf $(grep -v '^user default on ' "$conf" | sha256sum)"
unit "redis-server@$site"
