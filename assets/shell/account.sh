# Gives the site $site, whose domain is $domain, an account with its CA by $program: a key in $folder, which is $DJSHIP_ACME_KEY where another host has handed one on. nginx then answers
# challenges by its thumbprint: $conf is put, $text what it has but for that. It needs nginx.sh.
key=${DJSHIP_ACME_KEY-}
unset DJSHIP_ACME_KEY
printf %s "$key" | python3 -I "$program" account "$site" || exit
thumbprint=$(cat "$folder/thumbprint") || exit
case $thumbprint in *[!A-Za-z0-9_-]* | '') echo 'the key of the account has no thumbprint'; exit 1 ;; esac
mkdir -p "${conf%/*}" && remember "$conf" root || exit
printf '%s' "$text" | sed "s/THUMBPRINT/$thumbprint/" >"$conf.new" && chmod 0644 "$conf.new" && sync "$conf.new" && mv -fT -- "$conf.new" "$conf" || exit
reload_nginx "$conf" "$conf" "$domain"
