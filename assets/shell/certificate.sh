# Has $program get a certificate for the site $site, as each of so many $hosts does, by what is noted in $folder, with $DJSHIP_ACME_EAB by which the CA knows whose account it is to be.
eab=${DJSHIP_ACME_EAB-}
unset DJSHIP_ACME_EAB
[ ! "$eab" ] || { (umask 077 && printf %s "$eab" >"$folder/eab.json.new") && mv -fT "$folder/eab.json.new" "$folder/eab.json"; } || exit
python3 -I "$program" order "$site" "$hosts"
