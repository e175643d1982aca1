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
export PYTHONPATH={{.At.Code}}${PYTHONPATH:+:$PYTHONPATH}
export SECRET_KEY="$(cat {{.At.SecretKey}})"
export DB_PASSWORD="$(cat {{.At.Password}})"
{{- if .PGPort}}
export DB_PORT={{.PGPort}}
{{- end}}
export LANG=C.UTF-8

cd {{.At.Home}}
. {{.At.Environment}}/bin/activate
export PATH={{.At.Code}}:$PATH
[ ! -f {{.At.Own}} ] || . {{.At.Own}}
