# Prints what came of the last rehearsal of a release's migrations, where $note is not older than ten minutes: its first line, "for", "against" or "allowed" and what was live; "since MINUTES"; and lines "found: JSON" of what that could not
# go on with, which the site's account has found. And "left" where $scratches names a scratch database that was left.
# shellcheck disable=SC2154
if [ "$(find "$note" -mmin -10 2>/dev/null)" ]; then
	sed -nE '1s/^(for|against|allowed) /&/p' "$note"
	echo "since $((($(date +%s) - $(stat -c %Y -- "$note")) / 60))"
	sed -n '/^{.*"level": "break"/s/^/found: /p' "$note" | head -n 5
fi
[ ! -e "$scratches" ] || echo left
