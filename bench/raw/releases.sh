# Makes the site of deploy.sh one whose code lies in releases, as Capistrano has it: gunicorn starts through the link `current`.
set -e; H=/webapps/example_project; cd $H
runuser -u example -- sh -c "mkdir releases && git init -q --bare repo.git"
cat > gunicorn_start.sh <<X
#!/bin/bash
export SECRET_KEY="\$(cat $H/.django_secret_key)" ALLOWED_HOSTS=example.com
cd $H/current
exec venv/bin/gunicorn shop.wsgi:application --chdir $H/current --name example --workers 3 --bind unix:$H/run/gunicorn.sock
X
