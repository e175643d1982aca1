package steps

import (
	"strings"
	"testing"

	"djship/assets"
)

// What a person writes into a file on the server may be a secret; where it is known to be one it is
// masked, and what only tells where a secret is stays.
func TestMasked(t *testing.T) {
	for line, want := range map[string]string{
		"export EMAIL_HOST_PASSWORD=hunter2":                       "export EMAIL_HOST_PASSWORD=********",
		"export EMAIL_HOST_PASSWORD='two words'":                   "export EMAIL_HOST_PASSWORD=********",
		"export AWS_SECRET_ACCESS_KEY=\"abc/+=\"":                  "export AWS_SECRET_ACCESS_KEY=********",
		"API_KEY = 'x'  ":                                          "API_KEY = ********  ",
		"STRIPE_TOKEN: abc":                                        "STRIPE_TOKEN: ********",
		"    'PASSWORD': 'hunter2',":                               "    'PASSWORD': ********,",
		`    "password": "hunter2"`:                                `    "password": ********`,
		"DATABASES['default']['PASSWORD'] = 'x'":                   "DATABASES['default']['PASSWORD'] = ********",
		"SENTRY_DSN=https://0123@example.com/1":                    "SENTRY_DSN=********",
		"CACHE=redis://:hunter2@localhost:6379/0":                  "CACHE=redis://:********@localhost:6379/0",
		"export DATABASE_URL=postgres://me:hunter2@db/site":        "export DATABASE_URL=postgres://me:********@db/site",
		`proxy_set_header Authorization "Basic aHVudGVyMg==";`:     `proxy_set_header Authorization "Basic ********";`,
		`export SECRET_KEY="$(cat /webapps/x/.django_secret_key)"`: `export SECRET_KEY="$(cat /webapps/x/.django_secret_key)"`,
		"export DB_PASSWORD=$OTHER":                                "export DB_PASSWORD=$OTHER",
		"SECRET_KEY = os.environ['SECRET_KEY']":                    "SECRET_KEY = os.environ['SECRET_KEY']",
		"TOKEN = os.getenv('TOKEN')":                               "TOKEN = os.getenv('TOKEN')",
		"PASSWORD = env('PASSWORD')":                               "PASSWORD = env('PASSWORD')",
		"SECRET = None":                                            "SECRET = None",
		"WORKERS=4":                                                "WORKERS=4",
		"server_name example.com www.example.com;":                 "server_name example.com www.example.com;",
	} {
		if got := Masked(line + "\n"); got != want+"\n" {
			t.Errorf("%q:\ngot  %q\nwant %q", line, got, want+"\n")
		}
	}
	s := site3()
	for _, name := range []string{"gunicorn_start.sh", "logrotate", "nginx.conf", "prepare_env.sh", "production.py", "sshd.conf", "supervisor.conf"} {
		if text := s.asset(name)(Facts{}); Masked(text) != text {
			t.Errorf("there is no secret in %s:\n%s", name, diff(name, name, text, Masked(text)))
		}
	}
	for _, name := range []string{"supervisord.conf", "supervisord.init", "supervisord.service"} {
		if text := assets.Text("host/" + name); Masked(text) != text {
			t.Errorf("there is no secret in %s", name)
		}
	}
}

func TestDiffOfSecrets(t *testing.T) {
	old, text := "A=1\nEMAIL_PASSWORD=hunter2\n", "A=2\n"
	if d := diff("x", "x", old, text); strings.Contains(d, "hunter2") || !strings.Contains(d, "-EMAIL_PASSWORD=********\n") || !strings.Contains(d, "+A=2\n") {
		t.Error(d)
	}
	if d := diff("x", "x", "PASSWORD=one\n", "PASSWORD=two\n"); d != "x: another secret, which is not shown\n" {
		t.Error(d)
	}
	if d := diff("x", "x", "\x00\xff", ""); d != "x: binary, 2 bytes\n" {
		t.Error(d)
	}
}
