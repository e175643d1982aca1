//go:build linux

package integration

import (
	"strings"
	"testing"
)

// ownUser makes of a project of the corpus one with a user model of its own, and the admin.
var ownUser = map[string]string{
	"accounts/__init__.py":            "",
	"accounts/migrations/__init__.py": "",
	"accounts/models.py":              "from django.contrib.auth.models import AbstractBaseUser\nfrom django.db import models\n\n\nclass User(AbstractBaseUser):\n    email = models.EmailField(unique=True)\n    USERNAME_FIELD = \"email\"\n",
	"accounts/migrations/0001_initial.py": `from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.CreateModel("User", [
        ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
        ("password", models.CharField(max_length=128)),
        ("last_login", models.DateTimeField(blank=True, null=True)),
        ("email", models.EmailField(max_length=254, unique=True)),
    ])]
`,
	"blog/settings.py": `
INSTALLED_APPS += ["accounts", "django.contrib.admin", "django.contrib.messages"]
AUTH_USER_MODEL = "accounts.User"
MIDDLEWARE += ["django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES[0]["OPTIONS"] = {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}
`,
}

// A project with a user model of its own can't go on from the placeholder's tables: those that nobody has used make room for it; where somebody has, that is said, and
// nothing is removed.
func TestSlowOwnUserModel(t *testing.T) {
	slow(t)
	h, w := up(t, 12, site)
	push := []string{"push", "example", "--dir", fromCorpus(t, "hardcoded", ownUser), "--hold", "0"}
	users := func() string {
		return on(t, h, "runuser -u postgres -- psql -qtA example -c 'select count(*) from auth_user'")
	}
	on(t, h, "runuser -u example -- bash -c 'cd && . ./prepare_env.sh && DJANGO_SUPERUSER_PASSWORD=x manage.py createsuperuser --noinput --username me --email me@example.com'")
	said(t, w, w.run(push...), "the placeholder's users are in the way: this project has its own, accounts.User", "1 rows", "flush --noinput")
	same(t, "users", users(), "1")
	w.djship(0, "run", "example", "--release", "0", "--", "manage.py", "flush", "--noinput")
	same(t, "users", users(), "0")
	w.djship(0, push...)
	if page := get(t, h, "example.com", "/"); page.status != 200 || !strings.Contains(page.body, "hardcoded: 0 notes") {
		t.Errorf("the page: %d %s", page.status, page.body)
	}
	same(t, "tables of users", on(t, h, "runuser -u postgres -- psql -qtA example -c \"select string_agg(tablename, ' ' order by tablename) from pg_tables where tablename in ('auth_user', 'accounts_user')\""), "accounts_user")
	w.djship(0, "rollback", "example", "0", "--hold", "0")
	if page := get(t, h, "example.com", "/"); page.status != 200 || !strings.Contains(page.body, "example is up") {
		t.Errorf("the placeholder's page: %d %s", page.status, page.body)
	}
	idle(t, h, w, "deploy", "example", "example.com")
}
