# Looks whether the release $to of $site ("" for what is in its home) can go on with the database as it is: $schema has what the schema was while it was live.
# $fits is there for a moment when it can, with the release $met that is live; $offer says what else there is where it can't. It needs bounded.sh, and rehearse.sh with its $folder.
# shellcheck disable=SC2154
fits() {
	: >"$stage/told"
	part "$to" DJSHIP_REHEARSAL_SCHEMA="$schema" || :
	if grep -q '^break ' "$stage/told"; then
		echo "release ${to:-0} can't go on with the database as it is, which was migrated since it was live:"
		sed -n 's/^break migrate: /  /p' "$stage/told"
		[ ! "$offer" ] || echo "$offer"
		echo "nothing was changed. Mend the code and push it; djship rollback --allow-break goes back nevertheless"
		return 1
	fi
	grep -q '^done$' "$stage/told" || echo "notice: whether release ${to:-0} can go on with the database as it is can't be told: $(sed -n -e 's/^unsure //p' -e 's/^skip //p' "$stage/told" | head -n 1)"
	echo "$met" >"$fits"
}
