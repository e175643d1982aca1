# Runs what a release does to its database, as $site's account, with the $variables of the $release and djship's programs for releases in $overlay; $done is there when it is. It needs traced.sh, with its $end_of_traced.
# shellcheck disable=SC2016,SC2154
in_release() { as "$site" env DJSHIP_RELEASE="$release" DJSHIP_PROGRAMS="$overlay" bash -c 'source "$0" && exec "$@"' "$variables" "$@" </dev/null; }

# shortly COMMAND runs one in the release, and has its tracebacks shorter; $stage/applying has the name of the migration that was at work at the end.
shortly() {
	rm -f "$stage/applying" "$stage/ended"
	{ in_release "$@" 2>&1 && status=0 || status=$?; echo "$status" >"$stage/ended"; printf '\n%s\n' "$end_of_traced"; } | traced "$stage/applying"
	read -r status <"$stage/ended" && return "$status"
}

# failed WHAT says it, and notes it of the release.
failed() { echo "$1 failed" | tee "${done%.migrated}.failed"; }

# migrate runs what is pending, under a lock of PostgreSQL's that a program beside Django's holds: hosts that have one database do it
# one after another. manage.py begins both, for settings that only it knows how to begin with.
migrate() {
	shortly python manage.py shell -v 0 -c "$one_at_a_time" || {
		read -r applying 2>/dev/null <"$stage/applying" && failed "migration $applying"
		echo "the migration failed; the release before goes on serving. Mend it, then push again"
		return 1
	}
}

# manage LINE runs a command of manage.py, given as a line of shell.
manage() { shortly bash -c "exec python manage.py $1" || { failed "manage.py $1"; return 1; }; }

one_at_a_time=$(cat <<'PY'
import os, subprocess, sys, time
from django.db import connection
sys.path.insert(0, os.environ['DJSHIP_PROGRAMS'])
import djship_placeholder
cursor, told, end = connection.cursor(), False, time.time() + 1800
while connection.vendor == 'postgresql':
    cursor.execute("select pg_try_advisory_lock(hashtext('djship migrate'), 0)")
    if cursor.fetchone()[0]:
        break
    if not told:
        print('waits: another migration of this database is at work', flush=True)
        told = True
    if time.time() > end:
        sys.exit('another migration of this database has been at work for half an hour')
    time.sleep(1)
if connection.vendor == 'postgresql' and djship_placeholder.remove(connection):
    print('the tables of the placeholder, which nobody had used, are removed', flush=True)
sys.exit(subprocess.call([sys.executable, 'manage.py', 'migrate', '--noinput']))
PY
)
