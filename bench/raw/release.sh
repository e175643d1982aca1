# A release as Capistrano makes it: git, pip into a new virtualenv, the link renamed, HUP. bash -s NAME
set -e; H=/webapps/example_project R=/webapps/example_project/releases/$1; cd /
runuser -u example -- sh -ec "mkdir $R; git -C $H/repo.git archive main | tar -xC $R; virtualenv -q -p python3 $R/venv; $R/venv/bin/pip install -q --disable-pip-version-check -r $R/requirements.txt gunicorn setproctitle; ln -s $R $H/current.$1; mv -T $H/current.$1 $H/current"
if [ "$2" = first ]; then supervisorctl -c /etc/supervisord.conf restart example >/dev/null; else kill -HUP "$(supervisorctl -c /etc/supervisord.conf pid example)"; fi
