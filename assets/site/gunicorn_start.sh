#!/bin/bash
# Starts gunicorn for the site {{.Project}}; run by supervisord as the site's account. local_env.sh
# may set WSGI_APPLICATION and WEB_CONCURRENCY, the number of workers. It is yours to edit, djship keeps
# a changed file. Afterwards: sudo supervisorctl restart {{.Project}}

# supervisord has opened {{.At.Socket}} and gives it as standard input; gunicorn takes it as it would
# from systemd, as number 3.
exec 3<&0 </dev/null
source {{.At.Variables}}

# Two workers per CPU and one, as gunicorn's documentation advises.
WORKERS=$((2 * $(nproc) + 1))

LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn "${WSGI_APPLICATION:-{{.Project}}.wsgi:application}" \
	--name {{.Project}} \
	--workers "${WEB_CONCURRENCY:-$WORKERS}" \
	--worker-tmp-dir /dev/shm \
	--log-level info \
	--capture-output \
	--error-logfile {{.At.GunicornLog}}
