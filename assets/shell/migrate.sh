# Runs what a release does to its database, as $site's account, with the $variables of the $release and djship's programs for releases in $overlay.
# shellcheck disable=SC2016,SC2154
in_release() { as "$site" env DJSHIP_RELEASE="$release" DJSHIP_PROGRAMS="$overlay" bash -c 'source "$0" && exec "$@"' "$variables" "$@" </dev/null; }

# migrate runs what is pending, under a lock of PostgreSQL's that a program beside Django's holds: hosts that have one database do it
# one after another. manage.py begins both, for settings that only it knows how to begin with.
migrate() {
	in_release python manage.py shell -v 0 -c "$one_at_a_time" || {
		echo "the migration failed; the release before goes on serving. Mend it, then push again"
		return 1
	}
}

# manage LINE runs a command of manage.py, given as a line of shell.
manage() { in_release bash -c "exec python manage.py $1" || { echo "manage.py $1 failed"; return 1; }; }

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
