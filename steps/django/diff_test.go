package django

import (
	"testing"

	"djship/assets"
	"djship/secret"
	"djship/steps/model"
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
		if got := secret.Masked(line + "\n"); got != want+"\n" {
			t.Errorf("%q:\ngot  %q\nwant %q", line, got, want+"\n")
		}
	}
	s := site3()
	for _, name := range []string{"gunicorn_start.sh", "logrotate", "nginx.conf", "prepare_env.sh", "production.py", "sshd.conf", "supervisor.conf"} {
		if text := s.asset(name)(model.Facts{}); secret.Masked(text) != text {
			t.Errorf("there is no secret in %s:\n%s", name, secret.Diff(name, name, text, secret.Masked(text)))
		}
	}
	for _, name := range []string{"supervisord.conf", "supervisord.init", "supervisord.service"} {
		if text := assets.Text("host/" + name); secret.Masked(text) != text {
			t.Errorf("there is no secret in %s", name)
		}
	}
}
