# Takes away what a restore of the site $project has laid beside it, and prints "away" where that is gone. It needs laidaway.sh before it.
# shellcheck disable=SC2154,SC2034
site=$project
if laid_away; then echo away; fi
m end
