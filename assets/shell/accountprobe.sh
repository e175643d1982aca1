# Prints of a site's account with its CA: "key" where $folder has one, "thumbprint" with that of it, and what nginx answers challenges by, $conf, with a colon before each line.
[ ! -s "$folder/key.json" ] || echo key
[ ! -s "$folder/thumbprint" ] || echo "thumbprint $(head -c 100 "$folder/thumbprint")"
[ ! -f "$conf" ] || sed 's/^/:/' "$conf"
