package advice

import "djship/steps/model"

// ofReleases are what the first words about a release say that can't run, and what to do about it.
var ofReleases = [][2]string{
	{`^.* goes on, with the values before$`, "mend the value, or what the lines above name, before you run it again: the same would fail the same way"},
	{`^syntax error: `, "mend it, or ask for a Python that knows it by `python` in djship.toml" + model.Again},
	{`^a variable is missing at import: (\w+)`, "give it a value: $1 = \"…\" below [env] in djship.toml, or, where it is a secret, `export $1=…` in local_env.sh in the site's home on each host" + model.Again},
	{`^a module is missing: (\S+) is in no package`, "name the package that has $1 among the requirements (with a lock file: add it and lock anew), or put the folder that it lies in among the code" + model.Again},
	{`^a module is missing: (\S+) is not in the code`, "is its file committed? `git status` and .gitignore tell; `include` in djship.toml takes what git ignores" + model.Again},
	{`^a package is installed and can't be imported: .*\b(lib[\w.+-]*\.so[\w.]*): cannot open`, "the Debian package that has $1 is missing on the host: name it in `packages` of djship.toml (packages.debian.org finds it by the file's name)" + model.Again},
	{`^a package is installed and can't be imported: `, "another version of it may fit this Python, or `python` in djship.toml another Python" + model.Again},
	{`^wrong settings module: `, "name the one that there is by `settings` in djship.toml, with dots as Python has it" + model.Again},
	{`^the database has another history: `, "`djship manage PROJECT showmigrations` tells what it has. Bring the code to which that belongs, or make the migrations follow on it" + model.Again},
	{`^the placeholder's users are in the way: `, "where nobody needs them, empty its tables: djship run PROJECT --release 0 -- manage.py flush --noinput" + model.Again},
	{`^the settings can't be read: `, "mend what the lines above name" + model.Again},
	{`^no WSGI application`, "name the module that has `application` by `wsgi` (or `asgi`) in djship.toml, as in wsgi = \"config.wsgi\", if it is committed" + model.Again},
	{`^several WSGI applications: (\S+)`, "say which by `wsgi` in djship.toml, as in wsgi = \"$1\"" + model.Again},
	{`^no worker serves ASGI`, "a newer Python has a newer gunicorn, with its own: `python` in djship.toml; or add uvicorn and uvicorn-worker to the requirements" + model.Again},
	{`^settings are forced: `, "write os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", …) there, as Django's own manage.py has it; or overlay = false in djship.toml" + model.Again},
	{`^a setting is wrong, and overlay is false`, "have the settings read it from the environment, or take overlay = false out of djship.toml" + model.Again},
	{`^manage\.py check has found errors`, "mend them, or silence by SILENCED_SYSTEM_CHECKS what is none" + model.Again},
	{`^the database can't be reached with the settings`, "have DATABASES read DATABASE_URL; does local_env.sh on the host, or [env] in djship.toml, name another server?"},
	{`^migrations are in conflict`, "`python manage.py makemigrations --merge`, commit" + model.Again},
	{`^collectstatic has failed`, "mend it; where the release needs no static files, static = false in djship.toml leaves them out" + model.Again},
	{`^health_static is not among the static files`, "name one that collectstatic gathers by `health_static` in djship.toml" + model.Again},
	{`^the static files are not taken`, "static files are plain files: have collectstatic copy, not link, and leave out what is no static file" + model.Again},
	{`it was killed, as the kernel does where memory is short`, "`free -m` and `dmesg` on the host tell; end something, or add swap" + model.Again},
	{`^the release can not be looked at: `, "start it where you work with the variables of production (`djship run` gives a shell on the host), mend it" + model.Again},
	{`^prepare_env\.sh does not end`, "look at local_env.sh in the site's home: it sets variables, and waits for nothing" + model.Again},
	{`^taken back while it was watched, by ([^,]*)`, "ask $1 what was wrong with it, mend that" + model.Again},
	{`^the code hangs as it is imported`, "does it wait for a server that the host can't reach? Have it wait where it serves, not where it is imported" + model.Again},
	{`^the code (?:can't be imported|ends the process)`, "mend what the lines above name" + model.Again},
}
