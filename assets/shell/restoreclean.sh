# Takes away what a restore of the site $project has laid beside it, and has not used.
# shellcheck disable=SC2154
site=$project scratch=$project.restoring
rm -f -- "$state/staged-$site"
sql <<-SQL
	select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.datname = '$scratch';
	drop database if exists "$scratch";
SQL
# shellcheck disable=SC2016
as "$site" sh -c 'cd "$1" && chmod -R u+rwX .djship-restore && rm -rf .djship-restore' sh "/webapps/${site}_project" </dev/null
m end
