#!/bin/bash
# Starts gunicorn for the site {{.Project}}; run by supervisord as the site's account. It is yours
# to edit, djship keeps a changed file. Afterwards: supervisorctl restart {{.Project}}
source {{.Home}}/prepare_env.sh

# Two workers per CPU and one, as gunicorn's documentation advises.
WORKERS=$((2 * $(nproc) + 1))

exec gunicorn {{.Project}}.wsgi:application \
	--name {{.Project}} \
	--workers "$WORKERS" \
	--worker-tmp-dir /dev/shm \
	--bind unix:{{.Home}}/run/gunicorn.sock \
	--log-level info \
	--capture-output \
	--error-logfile {{.Home}}/logs/gunicorn.log
