# Gathers the static files of $site into $static by $collect, a text for bash that the account runs. Where there were
# some, $gathered is there afterwards.
rm -f "$gathered"
said=$({ as "$site" bash -ec "$collect" || : >"$stage/ungathered"; } | { head -c 65536; cat >/dev/null; })
[ ! -e "$stage/ungathered" ] || case $said in *"Unknown command"*) said='the project gathers no static files' ;; *) echo "$said"; exit 1 ;; esac
echo "$said"
[ ! "$(as "$site" ls -A "$static" | head -n 1)" ] || : >"$gathered"
