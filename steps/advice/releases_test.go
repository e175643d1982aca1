package advice

// releaseOutputs are what is said first of a release that can't run, with what its hint has.
var releaseOutputs = []struct{ output, want string }{
	{"syntax error: shop/views.py:12\n  shop/views.py, line 12: def (\n  SyntaxError: invalid syntax", "mend it"},
	{"a variable is missing at import: SENTRY_DSN\n  KeyError: 'SENTRY_DSN'", "SENTRY_DSN = \"…\" below [env]"},
	{"a module is missing: stripe is in no package of the requirements, and not in the code\n  ModuleNotFoundError: No module named 'stripe'", "the package that has stripe"},
	{"a module is missing: shop.secret is not in the code, though what it would lie in is", "git status"},
	{"a package is installed and can't be imported: libGL.so.1: cannot open shared object file: No such file or directory", "the Debian package that has libGL.so.1"},
	{"a package is installed and can't be imported: /x/psycopg2/_psycopg.so: undefined symbol: PyFoo", "another version of it"},
	{"wrong settings module: there is no shop.nothing in the code", "`settings`"},
	{"the settings can't be read: RuntimeError\n  RuntimeError: no", "the lines above"},
	{"no WSGI application: shop.wsgi", "`wsgi`"},
	{"several WSGI applications: other.wsgi shop.wsgi", "wsgi = \"other.wsgi\""},
	{"no worker serves ASGI: gunicorn 23.0.0 of Python 3.9 has none", "uvicorn-worker"},
	{"settings are forced: manage.py sets DJANGO_SETTINGS_MODULE whatever the environment says", "setdefault"},
	{"a setting is wrong, and overlay is false: DEBUG", "from the environment"},
	{"manage.py check has found errors\n  notes.A.n: (fields.E304) Reverse accessor", "SILENCED_SYSTEM_CHECKS"},
	{"the database can't be reached with the settings of the release\n  OperationalError: connection to server at \"db\", port 5432 failed: timeout", "DATABASE_URL"},
	{"migrations are in conflict: two leaves in notes", "makemigrations --merge"},
	{"collectstatic has failed: ValueError\n  ValueError: The file 'nothing.png' could not be found", "static = false"},
	{"health_static is not among the static files: a.css", "`health_static`"},
	{"the static files are not taken: a is a link or no file", "plain files"},
	{"the release can not be looked at: it was killed, as the kernel does where memory is short", "free -m"},
	{"the release can not be looked at: its Python has ended with status 3 as the code was imported", "mend it"},
	{"the code hangs as it is imported, for two minutes: shop/settings.py, line 12", "can't reach"},
	{"prepare_env.sh does not end: it, or local_env.sh, takes longer than a minute", "local_env.sh in the site's home"},
	{"the code can't be imported: ValueError\n  ValueError: no", "the lines above"},
}
