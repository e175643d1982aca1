# -*- coding: utf-8 -*-
"""The page that stands in for {{.Project}} until its own code comes."""
from django.http import HttpResponse

PAGE = u"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Project}}</title>
<style>
  body { font: 17px/1.6 system-ui, sans-serif; max-width: 38em; margin: 12vh auto; padding: 0 1.2em; }
  code { background: #8882; padding: .1em .3em; border-radius: .2em; }
  :root { color-scheme: light dark; }
</style>
<h1>{{.Project}} is up</h1>
<p>nginx, gunicorn, Django and PostgreSQL are at work. This page is a placeholder; next:</p>
<ol>
  <li>On the server: <code>sudo -u {{.Project}} -i</code>, then <code>source ./prepare_env.sh</code>.</li>
  <li>Make yourself an administrator: <code>manage.py createsuperuser</code>, and log in at
      <a href="/admin/">/admin/</a>.</li>
  <li>Put your own code into <code>{{.Project}}/</code>, then <code>manage.py migrate</code>,
      <code>manage.py collectstatic</code>, and as root <code>supervisorctl restart {{.Project}}</code>.</li>
</ol>
</html>
"""


def placeholder(request):
    return HttpResponse(PAGE)
