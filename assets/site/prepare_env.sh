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
export SECRET_KEY="$(cat {{.At.SecretKey}})"
export DB_PASSWORD="$(cat {{.At.Password}})"
{{- if .PGPort}}
export DB_PORT={{.PGPort}}
{{- end}}
export LANG=C.UTF-8

# What `djship push` has brought: the release that DJSHIP_RELEASE names, else the one that is live. Its
# own file sets code, environment and what its settings need. Without one it is the code in this folder.
djship_release=${DJSHIP_RELEASE-$(basename "$(readlink {{.At.Live}})")}
if [ "$djship_release" ]; then
	. {{.At.Environs}}/"$djship_release" || return
	cd "$code" || return
else
	code={{.At.Code}} environment={{.At.Environment}}
	export DJANGO_SETTINGS_MODULE={{.Project}}.settings.production
	export PYTHONPATH=$code${PYTHONPATH:+:$PYTHONPATH}
	cd {{.At.Home}}
fi

# What `djship config` has set, or is trying.
djship_config={{.At.Config}}/${DJSHIP_CONFIG:-env}
[ -f "$djship_config" ] || djship_config={{.At.Config}}/env
[ ! -f "$djship_config" ] || . "$djship_config" || return

. "$environment"/bin/activate
export PATH=$code:$PATH
[ ! -f {{.At.Own}} ] || . {{.At.Own}}

# Settings that local_env.sh names are the ones that a release's overlay reads.
if [ "$djship_release" ] && [ "${DJSHIP_OVERLAY-}" ] && [ "$DJANGO_SETTINGS_MODULE" != djship_settings ]; then
	export DJSHIP_SETTINGS_MODULE=$DJANGO_SETTINGS_MODULE DJANGO_SETTINGS_MODULE=djship_settings
fi
