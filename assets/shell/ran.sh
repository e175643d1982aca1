# Prints how the jobs of a site went that cron runs, as their notes in the folder say that it is in: "ran NAME ended BEGAN ENDED STATUS", in seconds since 1970, "ran NAME running
# BEGAN", or "ran NAME cut BEGAN" where its process ended before it could tell. The site's account runs it.
for lock in cron-*.lock; do
	name=${lock%.lock}
	[ -f "$lock" ] && [ -f "$name" ] && read -r how began rest <"$name" || continue
	[ "$how" != running ] || ! flock -n "$lock" true || how=cut
	echo "ran ${name#cron-} $how $began $rest"
done 2>/dev/null
