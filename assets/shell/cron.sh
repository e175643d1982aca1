# What cron is told to run of the site $site, $table, in a folder of cron's: jobs of the release that is live. $own is root's folder for its releases.

# live_release prints which one that is, 0 for what is in the site's home.
live_release() { to=$(readlink "$own/current") && echo "${to##*/}" || echo 0; }

# table_of RELEASE prints what cron is to read for a release; nothing where that has no jobs. What they do stands elsewhere: cron gets times and names.
table_of() {
	[ -s "$own/cron/$1" ] || return 0
	printf '%s\n' "# Jobs of the site $site: when they run, and which. Written by djship, by [cron] of the release that is live." 'MAILTO=""'
	awk -F '\t' -v "site=$site" -v "run=$own/cron/run" '{ print $2, site, "/bin/bash", run, $1 }' "$own/cron/$1"
}

# told RELEASE tells whether cron has that.
told() { [ "$(table_of "$1")" = "$(cat "$table" 2>/dev/null)" ]; }

# tell RELEASE gives it to cron.
tell() {
	new=${table%/*}/.${table##*/}.new # which cron passes over
	[ "$(table_of "$1")" ] || { rm -f -- "$table"; return; }
	table_of "$1" >"$new" && chmod 0644 "$new" && sync "$new" && mv -fT -- "$new" "$table" && return
	rm -f -- "$new"
	return 1
}
