# The environment of the site {{.Project}}. Source it for a shell in which python, pip and
# manage.py are the site's own:
#
#     sudo -u {{.Project}} -i
#     source ./prepare_env.sh
#
# gunicorn_start.sh sources it too. What is yours belongs into local_env.sh beside it, which djship
# never touches and which has the last word; an example, for code with config/settings.py:
#
#     export DJANGO_SETTINGS_MODULE=config.settings WSGI_APPLICATION=config.wsgi
#
# It may hold secrets, with mode 0600. This file is yours to edit as well: djship keeps a changed one.
export DJANGO_SETTINGS_MODULE={{.Project}}.settings.production
export PYTHONPATH={{.Home}}/{{.Project}}${PYTHONPATH:+:$PYTHONPATH}
export SECRET_KEY="$(cat {{.Home}}/.django_secret_key)"
export DB_PASSWORD="$(cat {{.Home}}/.django_db_password)"
{{- if .PGPort}}
export DB_PORT={{.PGPort}}
{{- end}}
export LANG=C.UTF-8

cd {{.Home}}
. {{.Home}}/bin/activate
export PATH={{.Home}}/{{.Project}}:$PATH
[ ! -f {{.Home}}/local_env.sh ] || . {{.Home}}/local_env.sh
