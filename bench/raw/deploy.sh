# The floor: the commands of a cold deploy, typed by an expert into one root shell. No checks, no templates.
# bash -s [PROJECT DOMAIN]
set -e; cd /; P=${1:-example} D=${2:-example.com}; H=/webapps/${P}_project
groupadd -fr webapps; mkdir -p /webapps; useradd -r -g webapps -d $H -m -s /bin/bash -p '!' $P; chmod 751 $H; cd $H
as() { runuser -u $P -- "$@"; }
as virtualenv -q -p python3 $H; as bin/pip install -q django psycopg2 gunicorn setproctitle
as mkdir -p logs run static media
umask 077; openssl rand -base64 48 | tr -d '\n' > .django_secret_key; openssl rand -hex 24 > .django_db_password; umask 022; chown $P:webapps .django_*
printf "create role $P login password '%s'; create database $P owner $P;" "$(cat .django_db_password)" | sed 's/; /;\n/' | runuser -u postgres -- psql -q
as bin/django-admin startproject $P; cd $P/$P; as mkdir settings; as mv settings.py settings/base.py; as touch settings/__init__.py
printf "from .base import *\nimport os\nSECRET_KEY=os.environ['SECRET_KEY']\nDEBUG=False\nALLOWED_HOSTS=['$D','www.$D']\nDATABASES={'default':{'ENGINE':'django.db.backends.postgresql','NAME':'$P','USER':'$P','PASSWORD':os.environ['DB_PASSWORD'],'HOST':'localhost'}}\n" > settings/production.py; chown $P:webapps settings/production.py; cd $H
cat > prepare_env.sh <<X
export DJANGO_SETTINGS_MODULE=$P.settings.production PYTHONPATH=$H/$P SECRET_KEY="\$(cat $H/.django_secret_key)" DB_PASSWORD="\$(cat $H/.django_db_password)"
cd $H; . bin/activate
X
cat > gunicorn_start.sh <<X
#!/bin/bash
. $H/prepare_env.sh
exec gunicorn $P.wsgi:application --name $P --workers 3 --bind unix:$H/run/gunicorn.sock
X
chown $P:webapps *.sh; chmod 750 gunicorn_start.sh
printf "upstream ${P}_gunicorn { server unix:$H/run/gunicorn.sock fail_timeout=0; }\nserver { listen 80; server_name $D www.$D; location / { proxy_set_header Host \$http_host; proxy_pass http://${P}_gunicorn; } }\n" > /etc/nginx/sites-available/$P; ln -s /etc/nginx/sites-available/$P /etc/nginx/sites-enabled/$P
printf "[program:$P]\ncommand=$H/gunicorn_start.sh\nuser=$P\nstdout_logfile=$H/logs/gunicorn.log\nredirect_stderr=true\n" > /etc/supervisor/$P.conf
supervisorctl -c /etc/supervisord.conf update >/dev/null; systemctl reload nginx
for i in 1 2 3 4 5 6 7 8 9 10; do [ -S run/gunicorn.sock ] && break; sleep .2; done
