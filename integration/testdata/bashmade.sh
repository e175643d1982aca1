# Puts a host into the state in which install_os_prereq.sh and deploy_django_project.sh leave one, by their effects: BASH $project $domain. Like these it goes on where
# something fails, which on Debian 12 is pip, and with it all that virtualenv and supervisor are needed for.
project=$1 domain=$2
home=/webapps/${project}_project
export DEBIAN_FRONTEND=noninteractive

[ -x /usr/sbin/nginx ] || { apt-get -qq update && apt-get -qqy install git build-essential python3-dev python3-pip nginx postgresql libpq-dev; } >/dev/null || exit 1
[ -x /usr/local/bin/supervisord ] || pip3 -q install virtualenv supervisor

mkdir -p "$home"
getent group webapps >/dev/null || groupadd --system webapps
id "$project" >/dev/null 2>&1 || useradd --system --gid webapps --shell /bin/bash --home "$home" "$project"
chown -R "$project:webapps" "$home"
cd "$home" || exit 1
by() { su -l "$project" -c "$1"; }
by 'virtualenv -q -p python3 . && . bin/activate && pip -q install django psycopg2 gunicorn setproctitle'
by 'mkdir -p logs nginx run static media'
for secret in django_secret_key:48 django_db_password:32; do
	openssl rand -base64 "${secret#*:}" >".${secret%:*}"
	chown "$project:webapps" ".${secret%:*}"
done
secret_key=$(cat .django_secret_key) password=$(cat .django_db_password)
python=python$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')

cat >prepare_env.sh <<FILE
DJANGODIR=$home/$project          # where manage.py is

export DJANGO_SETTINGS_MODULE=$project.settings.production # what gunicorn runs on
export PYTHONPATH=\$DJANGODIR:\$PYTHONPATH
export SECRET_KEY=$secret_key
export DB_PASSWORD=$password

cd $home
source ./bin/activate
FILE
cat >gunicorn_start.sh <<FILE
#!/bin/bash
# The project's gunicorn, for supervisord.

cd $home
source ./prepare_env.sh

SOCKFILE=$home/run/gunicorn.sock  # where nginx asks
USER=$project                     # who runs it
GROUP=webapps                     # and its group
NUM_WORKERS=3                     # how many processes
DJANGO_WSGI_MODULE=$project.wsgi  # the application

echo "Starting $project as \`whoami\`"

RUNDIR=\$(dirname \$SOCKFILE)
test -d \$RUNDIR || mkdir -p \$RUNDIR

exec ./bin/gunicorn \${DJANGO_WSGI_MODULE}:application \\
  --name $project \\
  --workers \$NUM_WORKERS \\
  --user=\$USER --group=\$GROUP \\
  --bind=unix:\$SOCKFILE \\
  --log-level=debug \\
  --log-file=-
FILE
chown "$project:webapps" prepare_env.sh gunicorn_start.sh
chmod u+x gunicorn_start.sh

su -l postgres -c "createuser -S -D -R -w $project && createdb --owner $project $project"
echo "alter user $project with password '$password'" | su -l postgres -c 'psql -q'

cat >"nginx/$project.conf" <<FILE
upstream ${project}_gunicorn {
    server unix:$home/run/gunicorn.sock fail_timeout=0;
}
server {
    listen 80;
    server_name $domain;

    client_max_body_size 5M;
    keepalive_timeout 5;
    underscores_in_headers on;

    access_log $home/logs/nginx-access.log;
    error_log $home/logs/nginx-error.log;

    location /media  {
        alias $home/media;
    }
    location /static {
        alias $home/static;
    }
    location /static/admin {
       alias $home/lib/$python/site-packages/django/contrib/admin/static/admin/;
    }
    #location / {
    #    rewrite ^ https://\$http_host\$request_uri? permanent;
    #}
    location / {
        proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
        proxy_set_header Host \$http_host;
        proxy_redirect off;
        proxy_pass http://${project}_gunicorn;
    }
}

#server {
#    listen 443 default ssl;
#    server_name $domain;
#    ssl_certificate /etc/nginx/ssl/cert_chain.crt;
#    ssl_certificate_key $home/ssl/$domain.key;
#}
FILE
cat >"nginx/$project.maintenance.conf" <<FILE
server {
    listen 80;
    server_name $domain;
    root $home/nginx;
    index index.html;
    location / {
        try_files \$uri \$uri/ =404;
    }
}
FILE
echo "<title>$domain is being worked on</title>" >nginx/index.html
ln -sf "$home/nginx/$project.conf" "/etc/nginx/sites-enabled/$project"

[ -f /etc/supervisord.conf ] || cat >/etc/supervisord.conf <<'FILE'
[unix_http_server]
file=/tmp/supervisor.sock   ; where supervisorctl asks

[supervisord]
logfile=/tmp/supervisord.log ; what it does
pidfile=/tmp/supervisord.pid ; what it is
nodaemon=false               ; it goes into the background
minfds=1024
minprocs=200

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix:///tmp/supervisor.sock

[include]
files = /etc/supervisor/*.conf
FILE
mkdir -p /etc/supervisor
cat >"/etc/supervisor/$project.conf" <<FILE
[program:$project]
command = $home/gunicorn_start.sh
user = $project
stdout_logfile = $home/logs/gunicorn_supervisor.log
redirect_stderr = true
FILE
begin=restart
[ -f /etc/init.d/supervisord ] || {
	begin=start
	cat >/etc/init.d/supervisord <<'FILE'
#!/bin/sh
### BEGIN INIT INFO
# Provides:          supervisord
# Required-Start:    $remote_fs
# Required-Stop:     $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: programs of sites
### END INIT INFO
PATH=/sbin:/usr/sbin:/bin:/usr/bin
DAEMON=/usr/local/bin/supervisord
PIDFILE=/tmp/supervisord.pid
[ -x "$DAEMON" ] || exit 0
. /lib/init/vars.sh
. /lib/lsb/init-functions
stop() { start-stop-daemon --stop --quiet --oknodo --retry=TERM/30/KILL/5 --pidfile $PIDFILE --name supervisord; }
case $1 in
start) start-stop-daemon --start --quiet --oknodo --pidfile $PIDFILE --exec $DAEMON ;;
stop) stop ;;
restart | force-reload) stop && "$0" start ;;
*) exit 3 ;;
esac
FILE
	chmod +x /etc/init.d/supervisord
	update-rc.d supervisord defaults
}

by ". bin/activate && django-admin startproject $project && cd $project/$project && mkdir settings && mv settings.py settings/base.py && : >settings/__init__.py"
cat >"$project/$project/settings/production.py" <<FILE
from .base import *
import os

def of(name):
    return os.environ[name]

DEBUG = False
ALLOWED_HOSTS = ['.$domain']
SECRET_KEY = of('SECRET_KEY')
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql_psycopg2',
        'NAME': '$project',
        'USER': '$project',
        'PASSWORD': of('DB_PASSWORD'),
        'HOST': 'localhost',
        'PORT': '',
    }
}
STATIC_ROOT = '$home/static'
MEDIA_URL = '/media/'
MEDIA_ROOT = '$home/media'
FILE
cat >"$project/$project/urls.py" <<FILE
import time
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

def page(request):
    return HttpResponse('$project is up, %d users' % User.objects.count())

def slow(request):
    time.sleep(2)
    return HttpResponse('slow')

def big(request):
    return HttpResponse(b'x' * 300000)

@csrf_exempt
def post(request):
    return HttpResponse('%d bytes' % len(request.body))

urlpatterns = [path('', page), path('slow', slow), path('big', big), path('post', post), path('upload', post), path('admin/', admin.site.urls)]
FILE
chown -R "$project:webapps" "$home"
by "sed -i 's/$project.settings/$project.settings.production/' $project/manage.py $project/$project/wsgi.py 2>/dev/null; . ./prepare_env.sh && cd $project && python manage.py migrate --noinput"
nginx -s reload
service supervisord "$begin"
