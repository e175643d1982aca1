package secret

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// settingsFiles are files as people have them, with the word SENTINEL wherever a secret stands.
func settingsFiles(t testing.TB) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/secrets/*")
	if err != nil || len(paths) < 9 {
		t.Fatal(paths, err)
	}
	files := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(text)
	}
	return files
}

// No secret of any file is left when it is masked, nor in a diff to or from another.
func TestNoSecretIsLeft(t *testing.T) {
	for name, text := range settingsFiles(t) {
		for _, sentinel := range []string{"hunter2Zk9", "Xq.3nt-nel+x=", "sent'inel"} {
			if sentinel == "sent'inel" && name != "dotenv" {
				continue // it would end what it stands in
			}
			text := strings.ReplaceAll(text, "SENTINEL", sentinel)
			masked := Masked(text)
			if strings.Count(masked, "\n") != strings.Count(text, "\n") {
				t.Errorf("%s has %d lines, masked %d", name, strings.Count(text, "\n"), strings.Count(masked, "\n"))
			}
			was := strings.Split(text, "\n")
			for i, line := range strings.Split(masked, "\n") {
				if left(line, sentinel) {
					t.Errorf("%s:%d: %s\nmasked: %s", name, i+1, was[i], line)
				}
			}
			for _, d := range []string{Diff("/dev/null", name, "", text), Diff(name, name, text, "DEBUG = False\n"), Diff(name, name, "a\nb\n"+text, text+"c\n")} {
				if left(d, sentinel) {
					t.Errorf("%s: it stands in a diff with %q", name, sentinel)
				}
			}
		}
	}
}

// A line or a few, as programs print and people write them.
func TestNoSecretIsLeftOfLines(t *testing.T) {
	for _, text := range []string{
		`SECRET_KEY = os.environ.get("SECRET_KEY", default="SENTINEL")`,
		`SECRET_KEY = os.environ.get('SECRET_KEY', f'SENTINEL')`,
		`SECRET_KEY = os.environ.get('SECRET_KEY') or 'SENTINEL'`,
		`SECRET_KEY = os.getenv('SECRET_KEY') or ('SENTINEL')`,
		`SECRET_KEY = env('SECRET_KEY', 'SENTINEL') if x else "SENTINEL"`,
		`SECRET_KEY = decouple.config("SECRET_KEY", default="SENTINEL")`,
		`SECRET_KEY = config("SECRET_KEY", "SENTINEL")`,
		`SECRET_KEY = get_random_secret_key() + "SENTINEL"`,
		`SECRET_KEY = (os.environ.get('SECRET_KEY') or` + "\n    'SENTINEL')",
		`SECRET_KEY = os.environ.get('SECRET_KEY', \` + "\n    'SENTINEL')",
		`SECRET_KEY = os.environ.get('SECRET_KEY') or \` + "\n    'SENTINEL'",
		`SECRET_KEY = get_env(` + "\n    'SECRET_KEY',\n    default=(\n  'SENTINEL'\n  'SENTINEL'),\n)",
		"SECRET_KEY = env.str(\n'SECRET_KEY', default='''\nSENTINEL\n''')",
		`DB_PASS = env("X", default="SENTINEL")`,
		`PASSWORD = environ['X'] or 'SENTINEL'`,
		`x = dict(password='SENTINEL', a='b')`,
		`foo(api_key="SENTINEL", x=1)`,
		`'HEADERS': [('Authorization', 'Bearer SENTINEL')],`,
		`('X-Api-Key', 'SENTINEL'),`,
		`Authorization: Bearer SENTINEL`,
		`AUTHORIZATION=Bearer SENTINEL`,
		`"authorization":"Basic SENTINEL"`,
		`http.headers.authorization = "SENTINEL"`,
		`X-API-Key: SENTINEL`,
		`x_api_key: SENTINEL`,
		`Cookie: a=SENTINEL; b=SENTINEL`,
		`set-cookie: sessionid=SENTINEL; Path=/`,
		`https://user:SENTINEL@host/`, `https://SENTINEL@host/path`, `GET /x?api_key=SENTINEL&y=1 HTTP/1.1`, `https://h/x?a=1&access_token=SENTINEL`,
		`https://h/#token=SENTINEL`, `https://h/x;token=SENTINEL`,
		`redis://:SENTINEL@h`, `amqps://a:SENTINEL@h/v`, `git clone https://oauth2:SENTINEL@gitlab.com/x.git`,
		`pip install --index-url https://u:SENTINEL@pypi.example.com/simple x`,
		`Looking in indexes: https://u:SENTINEL@pypi.example.com/simple`,
		`index-url = https://SENTINEL@pypi.example.com/simple`,
		`MYSQL_PWD=SENTINEL mysql`, `PGPASSWORD='SENTINEL' psql`, `export PGPASS="SENTINEL"`, `SMTP_PWD: SENTINEL`, `ftp_pwd=SENTINEL`,
		`SECRET_KEY=abc\` + "\nSENTINEL", `SECRET_KEY="abc\` + "\nSENTINEL\"",
		"password:\n  SENTINEL", "password: >\n  SENTINEL\n  SENTINEL\nother: x", "- token: |\n    SENTINEL\n", "password: &anchor SENTINEL",
		`environment=A="1",B_KEY='SENTINEL',C="2"`, `environment = A=1,DB_PASSWORD=SENTINEL,C=2`, `environment=A="x,y",TOKEN="SE'SENTINEL",B="z"`,
		`env[SECRET_KEY] = SENTINEL`, `php_admin_value[mysql.password] = SENTINEL`,
		`<Secret>SENTINEL</Secret>`, `secret_key_base: SENTINEL`, `machine h login l password SENTINEL`,
		"-----BEGIN OPENSSH PRIVATE KEY-----\nSENTINEL\n-----END OPENSSH PRIVATE KEY-----",
		"key = -----BEGIN PRIVATE KEY----- SENTINEL -----END PRIVATE KEY-----",
		"KEY='-----BEGIN RSA PRIVATE KEY-----\\nSENTINEL\\n-----END RSA PRIVATE KEY-----'",
		"  -----BEGIN ENCRYPTED PRIVATE KEY-----\n  SENTINEL",
		`Environment="SECRET_KEY=SENTINEL" "OTHER=x"`, `Environment='DB_PASSWORD=SENTINEL'`,
		`raven.dsn = SENTINEL`, `"PASS": "SENTINEL"`, `'PASSWD': u'SENTINEL',`, `passwd="SENTINEL"`, `"db": {"pw": "SENTINEL"}`,
		`export X_TOKEN=SENTINEL; echo hi`, `DB_PASS = SENTINEL`, `DB_PASS:SENTINEL`, `dbPassword=SENTINEL`, `db.password=SENTINEL`, `spring.datasource.password=SENTINEL`,
		`auth=('user', 'SENTINEL')`, `'AUTH': ('user', 'SENTINEL'),`, `AWS_SESSION_TOKEN=SENTINEL`, `fernet_key: "SENTINEL"`, `ENCRYPTION_KEY=SENTINEL`,
		`smtp://user@ex.com:SENTINEL@smtp`, `AWS_SECRET_ACCESS_KEY: SENTINEL`, `aws_secret_access_key = SENTINEL`, `client_secret=SENTINEL`,
		`{"user":"a","password":"SENTINEL","x":"y"}`, `{'password': 'SENTINEL'}`, `password => 'SENTINEL'`, `:password => "SENTINEL"`,
		`$config['password'] = 'SENTINEL';`, `define('AUTH_KEY', 'SENTINEL');`, `const apiKey = "SENTINEL";`, `let token = 'SENTINEL'`,
		`if password != "SENTINEL": pass`, `assert token == 'SENTINEL'`, `print("password is", "x") # token=SENTINEL`,
		`DATABASE_PASSWORD="a" "SENTINEL"`, `PASSWORD='a'SENTINEL'b'`, `PASSWORD="a"$X"SENTINEL"`,
		`LDAP_BIND_PASSWORD=SENTINEL`, `bind_pw SENTINEL`, `rootpw SENTINEL`, `bindpw SENTINEL`, `  api_key SENTINEL`,
		`SECRET_KEY = Path('/x').read_text() or 'SENTINEL'`, `SECRET_KEY = open('/x').read() or "SENTINEL"`,
		`SECRET_KEY = env.str('SECRET_KEY', default=None) or base64.b64decode('SENTINEL')`,
		`SECRET_KEY = b64decode("SENTINEL")`, `SECRET_KEY = str("SENTINEL")`, `SECRET_KEY = secrets["SENTINEL"]`,
	} {
		const sentinel = "hunter2Zk9"
		if got := Masked(strings.ReplaceAll(text, "SENTINEL", sentinel)); left(got, sentinel) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// left tells whether a part of a sentinel that says something is in a text.
func left(text, sentinel string) bool {
	return strings.Contains(text, sentinel[:4]) || strings.Contains(text, sentinel[len(sentinel)-4:])
}

// What is no secret stays, that of files with secrets in them as well.
func TestWhatIsNoSecretStays(t *testing.T) {
	for name, words := range map[string][]string{
		"settings.py":     {"import os", "BASE_DIR = Path(__file__)", "os.environ.get('SECRET_KEY', ********)", "env.str(\"SECRET_KEY\", default=********)", "'HOST': 'db'", "'NAME': 'example', 'PASSWORD': ********,", "'ENGINE': 'django.db.backends.postgresql'", "@db/site", "'ALGORITHM': 'HS256'"},
		"prepare_env.sh":  {"export DJANGO_SETTINGS_MODULE=example.settings.production", "SMTP_USER=me", "postgres://me:********@db/site", "${SECRET_KEY:-********}"},
		"nginx.conf":      {"proxy_set_header Authorization \"Basic ********\";", "location / {", "{ return 403; }"},
		"supervisor.conf": {"DEBUG=\"1\",SECRET_KEY=********,DB_PASS=********,LANG=\"C.UTF-8\"", "username = me"},
		"app.json":        {"\"nested\": {\"apiKey\": ********, \"secretKey\": ********"},
		"settings.toml":   {"user = \"me\""},
	} {
		masked := Masked(settingsFiles(t)[name])
		for _, w := range words {
			if !strings.Contains(masked, w) {
				t.Errorf("%s has no %q any more:\n%s", name, w, masked)
			}
		}
	}
	for _, line := range []string{
		`psql: error: FATAL:  password authentication failed for user "example"`,
		"E: The repository 'http://deb.debian.org/debian buster Release' no longer has a Release file.",
		"W: GPG error: http://deb.debian.org bookworm InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9",
		"KeyError: 'SECRET_KEY'",
		"django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
		"nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
		"Collecting tokenizers==0.15.0",
		"Downloading https://pypi.org/packages/Django-5.2.tar.gz (10.6 MB)",
		"    'django.contrib.auth.password_validation.MinimumLengthValidator',",
		"AUTH_PASSWORD_VALIDATORS = [", "PASSWORD_HASHERS = [",
		"  Applying auth.0002_alter_permission_name_max_length... OK",
		"ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;",
		"auth_basic_user_file /etc/nginx/htpasswd;",
		"proxy_set_header Authorization $http_authorization;",
		"SECRET_KEY_FILE=/run/secrets/key", "PGPASSFILE=/root/.pgpass", "PWD=/root",
		"EMAIL_HOST_PASSWORD = None", "CSRF_USE_SESSIONS = False",
		"TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates'}]",
		"git@github.com:me/site.git",
		"12:30:45 error: a:b:c",
	} {
		if got := Masked(line); got != line {
			t.Errorf("%q became %q", line, got)
		}
	}
}

// Whatever a file or a program says, masking it leaves its lines, and masks no less the second time.
func FuzzMasked(f *testing.F) {
	for _, text := range settingsFiles(f) {
		f.Add(text)
		for line := range strings.Lines(text) {
			f.Add(line)
		}
	}
	for _, text := range []string{"PASSWORD=", "PASSWORD='", "PASSWORD=(", "a\x00b: \xff", "token: \\\n", "env(", "key=\"\"\"", "-----BEGIN PRIVATE KEY-----", "'''", "://", "password(\n)", "pass='a'b'c", "key:\n  - |\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked := Masked(text)
		if strings.Count(masked, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q became %q", text, masked)
		}
	})
}
