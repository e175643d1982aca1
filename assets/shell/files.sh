# Puts files into the $code of a $release of $site, whose $variables fill in what is between braces. $about is its note, beside which is shown when it was changed last.
# fill SUM PATH puts a blob, 1 MiB at most, at a path in the code. It is read and filled in by the site's account, through pipes.
# shellcheck disable=SC2016,SC2154
fill() {
	# Where a link is on the way root would make folders wherever it leads, and what is shared is led by the site's account.
	folder=$code name=$2
	while [ "$name" != "${name#*/}" ]; do
		folder=$folder/${name%%/*} name=${name#*/}
		[ ! -L "$folder" ] || { echo "$2 lies behind a link, ${folder#"$code/"}: what is shared is not for files"; return 1; }
		[ -d "$folder" ] || mkdir -- "$folder"
	done
	{ as "$site" env DJSHIP_RELEASE="$release" bash -c 'source "$0" >/dev/null && exec /usr/bin/python3 -Ic "$1"' "$variables" "$filled_in" || : >"$stage/unfilled"; } <"$(blob "$1")" |
		timeout --foreground 60 head -c 1048576 >"$folder/.$name.djship-new"
	[ ! -e "$stage/unfilled" ] || { rm -f "$folder/.$name.djship-new" "$stage/unfilled"; echo "$2 could not be filled in"; return 1; }
	chgrp -- "$site" "$folder/.$name.djship-new"
	chmod 0640 "$folder/.$name.djship-new"
	mv -fT -- "$folder/.$name.djship-new" "$folder/$name"
	touch -- "$about.laid"
}
filled_in=$(cat <<'PY'
import os, re, sys
e = os.environ.get
values = {'domain': e('DJSHIP_DOMAIN'), 'project': e('DJSHIP_DB_NAME'), 'secret_key': e('DJSHIP_SECRET_KEY'), 'database_url': e('DATABASE_URL'), 'db_name': e('DB_NAME'),
          'db_user': e('DB_USER'), 'db_password': e('DJSHIP_DB_PASSWORD'), 'db_host': e('DB_HOST'), 'db_port': e('DB_PORT'), 'media': e('DJSHIP_MEDIA_ROOT'), 'static': e('STATIC_ROOT')}
text = sys.stdin.buffer.read()
sys.stdout.buffer.write(re.sub(rb'\{([a-z_]+)\}', lambda m: (values.get(m.group(1).decode()) or m.group(0).decode()).encode(), text))
PY
)
