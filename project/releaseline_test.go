package project

import "testing"

// What a push does by itself is not run once more; a line that is more than commands one after another stays as it is.
func TestReleaseLine(t *testing.T) {
	for line, want := range map[string]string{
		"":                         "",
		"python manage.py migrate": "",
		"./manage.py migrate --noinput --settings=shop.production":                                                                  "",
		"python3.11 shop/manage.py migrate --noinput && python manage.py collectstatic --noinput && python manage.py loaddata menu": "python manage.py loaddata menu",
		"python manage.py compress && ./after.sh":                                                                                   "python manage.py compress && ./after.sh",
		"python manage.py migrate blog 0001":                                                                                        "python manage.py migrate blog 0001",
		"python manage.py migrate || true":                                                                                          "python manage.py migrate || true",
		"python manage.py migrate; ./after.sh":                                                                                      "python manage.py migrate; ./after.sh",
		"bash -c 'x && python manage.py migrate'":                                                                                   "bash -c 'x && python manage.py migrate'",
		"python manage.py migrate & x":                                                                                              "python manage.py migrate & x",
	} {
		p := &Project{Choices: []Choice{{Key: "processes.release", Value: line, State: Taken}}}
		if got := p.ReleaseLine(); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	p := &Project{Settings: Settings{Processes: []Process{{Name: "release", Command: "own"}}}, Choices: []Choice{{Key: "processes.release", Value: "x", State: Taken}}}
	if got := p.ReleaseLine(); got != "own" {
		t.Errorf("its own word: %q", got)
	}
}
