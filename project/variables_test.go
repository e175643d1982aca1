package project

import (
	"fmt"
	"strings"
	"testing"
)

// What a variable is read for is seen in the many ways in which settings are written.
func TestVariablesIn(t *testing.T) {
	text := `import os
SECRET_KEY = os.environ.get("A_KEY", "fallback")
DEBUG = os.environ.get("A_DEBUG", "1") == "1"
if DEBUG:
    ALLOWED_HOSTS = config("A_HOSTS").split(",")
else:
    OTHER = env("A_OTHER",
                default="x")
CORS = config("A_CORS", cast=lambda v: [h.strip() for h in v.split(",")], default="")
NEED = config("A_NEED", cast=lambda v: [h.strip() for h in v.split(",")])
DATABASES: dict = {
    "default": {
        "ENGINE": os.environ.get("A_ENGINE", "django.db.backends.sqlite3"),
        'NAME': env.str('A_NAME'),
        "OPTIONS": {"sslmode": env("A_SSL")},
    }
}
render = env("A_RENDER")
DATABASES["default"]["X"] = env("A_X", default=1)
DEBUG_OFF = env.bool("A_DEBUG2", False)
env2 = Env(A_SCHEME=(bool, False))
SCHEME = env("A_SCHEME")
MEDIA_ROOT = getenv('A_MEDIA')
STATIC_ROOT = os.environ['A_STATIC']
lower = os.environ["not_upper"]
`
	var got []string
	for _, v := range variablesIn(source{"s.py", text}) {
		got = append(got, fmt.Sprintf("%s %s %q %v", v.name, strings.TrimPrefix(v.place, "s.py:"), v.into, v.optional))
	}
	want := `A_KEY 2 "{secret_key}" true
A_DEBUG 3 "False" true
A_HOSTS 5 "{domain}" false
A_OTHER 7 "" true
A_CORS 9 "" true
A_NEED 10 "" false
A_ENGINE 13 "django.db.backends.postgresql" true
A_NAME 14 "{db_name}" false
A_SSL 15 "" false
A_RENDER 18 "" false
A_X 19 "" true
A_DEBUG2 20 "" true
A_SCHEME 22 "" true
A_MEDIA 23 "{media}" true
A_STATIC 24 "{static}" false`
	if g := strings.Join(got, "\n"); g != want {
		t.Errorf("got\n%s\nwant\n%s", g, want)
	}
	for text, want := range map[string]string{
		`DEBUG = os.environ.get("D", "") != "False"`:    "False",
		`DEBUG = os.environ.get("D", "") == "yes"`:      "",
		`DEBUG = int(os.environ.get("D", default=1))`:   "0",
		`DEBUG = config("D", cast=bool)`:                "False",
		`DEBUG = config("D", default=True, cast=bool)`:  "False",
		`DEBUG = config("D", default=False, cast=bool)`: "",
	} {
		if v := variablesIn(source{"s.py", text}); len(v) != 1 || v[0].into != want {
			t.Errorf("%s: %v, want %q", text, v, want)
		}
	}
}
