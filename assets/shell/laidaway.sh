# laid_away takes away what a restore of $site has laid beside it, and has not used. It fails where PostgreSQL does not drop the database, as on a disk that is full.
# shellcheck disable=SC2154,SC2016
laid_away() {
	rm -f -- "$state/staged-$site"
	as "$site" sh -c 'cd "$1" && chmod -R u+rwX .djship-restore && rm -rf .djship-restore' sh "/webapps/${site}_project" </dev/null 2>/dev/null || :
	sql <<-SQL
		select from pg_catalog.pg_stat_activity a, pg_catalog.pg_terminate_backend(a.pid) where a.datname = '$site.restoring';
		drop database if exists "$site.restoring";
	SQL
}
