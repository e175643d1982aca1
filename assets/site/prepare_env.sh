# The environment of the site {{.Project}}. Source it for a shell in which python, pip and
# manage.py are the site's own:
#
#     sudo -u {{.Project}} -i
#     source ./prepare_env.sh
#
# gunicorn_start.sh sources it too. It is yours to edit: djship keeps a changed file.
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
