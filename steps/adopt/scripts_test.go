package adopt

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/server"
)

const variables = `DJANGODIR=/webapps/example_project/example          # Django project directory

export DJANGO_SETTINGS_MODULE=example.settings.production # settings file for the app
export PYTHONPATH=$DJANGODIR:$PYTHONPATH
export SECRET_KEY=abc+/d==
export DB_PASSWORD=pass/word=

cd /webapps/example_project
source ./bin/activate
`

// startOf is what the scripts wrote to start gunicorn, with other options and more lines.
func startOf(options, more string) string {
	return "#!/bin/bash\n# Makes assumptions:\ncd /webapps/example_project\nsource ./prepare_env.sh\n\nSOCKFILE=/webapps/example_project/run/gunicorn.sock  # the socket\nUSER=example   # who\nGROUP=webapps\nNUM_WORKERS=3  # how many\n" +
		"DJANGO_WSGI_MODULE=example.wsgi  # name\n\necho \"Starting example as `whoami`\"\nRUNDIR=$(dirname $SOCKFILE)\ntest -d $RUNDIR || mkdir -p $RUNDIR\n" + more +
		"exec ./bin/gunicorn ${DJANGO_WSGI_MODULE}:application \\\n  --name example \\\n  --workers $NUM_WORKERS \\\n  --user=$USER --group=$GROUP \\\n  --bind=unix:$SOCKFILE \\\n" + options + "  --log-level=debug \\\n  --log-file=-\n"
}

func TestScripts(t *testing.T) {
	for _, tt := range []struct{ variables, options, more, want string }{
		{want: "export WEB_CONCURRENCY=3"},
		{options: "  --timeout 120 -k gthread --threads=4 --preload \\\n", want: "export WEB_CONCURRENCY=3\nexport GUNICORN_CMD_ARGS=\"--timeout=120 --worker-class=gthread --threads=4 --preload\""},
		{more: "export NEW_RELIC='a b'\n", want: "export NEW_RELIC='a b'\nexport WEB_CONCURRENCY=3"},
		{variables: "export MAIL=\"x y\" # of mail\nif [ -f x ]; then\n\texport A=$(cat x)\nfi\n", want: "export MAIL=\"x y\" # of mail\nif [ -f x ]; then\n\texport A=$(cat x)\nfi\nexport WEB_CONCURRENCY=3"},
	} {
		s := readScripts(example.naming(), variables+tt.variables, startOf(tt.options, tt.more))
		if got := strings.Join(s.lines, "\n"); s.problems != nil || got != tt.want || s.key != "abc+/d==" || s.password != "pass/word=" {
			t.Errorf("%+v: %q %q %+v", tt, got, s.problems, s)
		}
	}
	for what, s := range map[string]scripts{
		"another command":     readScripts(example.naming(), variables, startOf("", "python manage.py migrate\n")),
		"another socket":      readScripts(example.naming(), variables, strings.Replace(startOf("", ""), "unix:$SOCKFILE", "127.0.0.1:8000", 1)),
		"another program":     readScripts(example.naming(), variables, "exec ./bin/uwsgi x\n"),
		"a substitution":      readScripts(example.naming(), variables, startOf("  --timeout $(cat /etc/shadow) \\\n", "")),
		"nothing":             readScripts(example.naming(), variables, ""),
		"another environment": readScripts(example.naming(), variables+"source /opt/venv/bin/activate\n", startOf("", "")),
	} {
		if s.problems == nil {
			t.Errorf("%s is taken over: %+v", what, s)
		}
	}
}

func TestPrograms(t *testing.T) {
	own := example.Site.Program(server.Options{}).Content(model.Facts{})
	file := "/etc/supervisor/example.conf"
	base := "[program:example]\ncommand = /webapps/example_project/gunicorn_start.sh\nuser = example\nstdout_logfile = /webapps/example_project/logs/gunicorn_supervisor.log\nredirect_stderr = true\n"
	read := func(text string) programs {
		return readPrograms(example.naming(), map[string]string{file: text, "/etc/supervisor/other.conf": "[program:other]\ncommand=/webapps/other_project/gunicorn_start.sh\nuser=other\n"}, []string{file, "/etc/supervisor/other.conf"})
	}
	if p := read(base); p.problems != nil || len(p.others) != 1 || p.beside != nil {
		t.Errorf("%+v", p)
	} else if text, edited, left := p.compose(own); text != own || edited || left != nil {
		t.Errorf("%q %v %q", text, edited, left)
	}
	p := read(base + "priority = 5 ; first\nenvironment = A=\"1\",\n  B=\"2\"\nstopwaitsecs=10\nnocleanup=1\n")
	text, edited, left := p.compose(own)
	if p.problems != nil || !edited || strings.Join(left, " ") != "stopwaitsecs=10 nocleanup=1" || !strings.Contains(text, `LANG="C.UTF-8",A="1", B="2"`) || !strings.HasSuffix(text, "\npriority=5\n") || !strings.Contains(text, "stopwaitsecs=40") {
		t.Errorf("%q %v %q %+v", text, edited, left, p)
	}
	p = read(base + "[program:worker]\ncommand=/webapps/example_project/bin/celery -A example worker\ndirectory=/webapps/example_project/example\nuser=example\nstdout_logfile=/webapps/example_project/logs/c.log\n")
	if p.problems != nil || len(p.beside) != 1 || strings.Contains(p.beside[0].alone(), "/logs/") || !strings.Contains(p.beside[0].alone(), "stdout_logfile=/var/log/supervisor/worker.log\n") {
		t.Errorf("%+v", p)
	}
	for what, text := range map[string]string{
		"root's":        strings.Replace(base, "user = example\n", "", 1),
		"another's":     base + "[program:x]\ncommand=/bin/true\nuser=other\n",
		"a group":       base + "[group:g]\nprograms=example\ndirectory=/webapps/example_project/\n",
		"another start": strings.Replace(base, "gunicorn_start.sh", "start.sh", 1),
		"a slot":        base + "[program:example-a]\ncommand=x\nuser=example\n",
		"nothing":       "",
	} {
		if p := read(text); p.problems == nil {
			t.Errorf("%s is taken over: %+v", what, p)
		}
	}
}

func TestConfigOfSupervisord(t *testing.T) {
	const whole = "[unix_http_server]\nfile=/tmp/supervisor.sock ; there\n[include]\nfiles = /etc/supervisor/*.conf\n"
	if p := configProblems(whole); p != nil {
		t.Errorf("%q", p)
	}
	for _, text := range []string{whole + "[program:x]\ncommand=x\n", "[include]\nfiles = /etc/supervisor/conf.d/*.conf\n", "[supervisord]\n", strings.Replace(whole, "[include]", "username=x\n[include]", 1)} {
		if configProblems(text) == nil {
			t.Errorf("%q is taken over", text)
		}
	}
}
