package inspect

import (
	"os"
	"strings"
	"testing"

	"djship/runner/scratch"
)

// recorded is what a gunicorn whose site has no wsgi.py has logged.
func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Why workers could not begin is shown, and not how gunicorn itself ended for that, in however many tracebacks.
func TestSiteLogOfOneThatDoesNotBegin(t *testing.T) {
	const why, halt = "ModuleNotFoundError: No module named 'example.wsgi'", "gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>\n"
	const during, direct = "\nDuring handling of the above exception, another exception occurred:\n\n", "\nThe above exception was the direct cause of the following exception:\n\n"
	const within = "Traceback (most recent call last):\n  File \"arbiter.py\", line 530, in reap_workers\n    raise HaltServer(reason, self.WORKER_BOOT_ERROR)\n"
	const own = "[2026-11-26 13:00:01 +0000] [7] [ERROR] Worker (pid:8) exited with code 3\n"
	const boot = "[2026-11-26 13:00:00 +0000] [8] [ERROR] Exception in worker process\nTraceback (most recent call last):\n  File \"<frozen importlib._bootstrap>\", line 1140, in _find_and_load_unlocked\n" + why + "\n"
	const handled = "Traceback (most recent call last):\n  File \"a.py\", line 1, in one\nKeyError: 'SECRET'\n"
	for _, c := range []struct{ name, log, last string }{
		{"chained", recorded(t, "chained.log"), why},
		{"chained, twice", recorded(t, "chained.log") + recorded(t, "chained.log"), why},
		{"without a traceback of its own", recorded(t, "told.log"), "No module named 'example.wsgi'"},
		{"once", boot + own + within + halt, why},
		{"three in a chain", boot + own + within + halt + during + within + halt + during + within + halt, why},
		{"the cause of another", boot + own + within + halt + direct + within + halt, why},
		{"a chain of the site's own", "[1] [ERROR] x\n" + handled + during + "Traceback (most recent call last):\n  File \"b.py\", line 2, in two\nImproperlyConfigured: no key\nset one\n" + own + within + halt + during + within + halt, "set one"},
		{"a site that speaks of it", "[1] [ERROR] x\nTraceback (most recent call last):\n  raise Other('HaltServer')\nOther: x\n", "Other: x"},
		{"gunicorn's own alone", own + within + halt + during + within + halt, ""},
	} {
		lines := strings.Split(SiteLog(c.log).Tail(false), "\n")
		if last := lines[len(lines)-1]; last != c.last || strings.Contains(strings.Join(lines, "\n"), "<HaltServer") {
			t.Errorf("%s: %q, want its end %q", c.name, lines, c.last)
		}
	}
}

// A site that is down has ended by itself only where its workers could not begin when it was started last.
func TestSiteLogOfOneThatIsDown(t *testing.T) {
	chained, told := recorded(t, "chained.log"), recorded(t, "told.log")
	const began = "[2026-11-26 13:00:00 +0000] [7] [INFO] Starting gunicorn 21.2.0\n[2026-11-26 13:00:00 +0000] [8] [INFO] Booting worker with pid: 8\n"
	const failed = "Internal Server Error: /\nTraceback (most recent call last):\n  File \"a.py\", line 1, in one\nValueError: x\n"
	const stopped = "[2026-11-26 13:00:09 +0000] [7] [INFO] Handling signal: term\n[2026-11-26 13:00:09 +0000] [7] [INFO] Shutting down: Master\n"
	for _, c := range []struct{ name, log, last string }{
		{"again and again", chained + chained, "ModuleNotFoundError: No module named 'example.wsgi'"},
		{"again and again, by another version", told + told, "No module named 'example.wsgi'"},
		{"mended, then stopped", chained + began + stopped, ""},
		{"stopped after a page that failed", began + failed + stopped, ""},
		{"a page that failed, then broken", began + failed + stopped + chained, "ModuleNotFoundError: No module named 'example.wsgi'"},
		{"nothing", "", ""},
	} {
		lines := strings.Split(SiteLog(c.log).Boot(), "\n")
		if last := lines[len(lines)-1]; last != c.last {
			t.Errorf("%s: %q, want its end %q", c.name, lines, c.last)
		}
	}
}

// The site's account reads the log; of one that runs only what is new, of one that is down the last that there is.
func TestLogText(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		const log = "/webapps/nobody_project/logs/gunicorn.log"
		s.Write(log, "why\n", 0o644)
		for _, c := range []struct {
			unless, before string
			said           bool
		}{{unlessOld, "", true}, {"", "", true}, {unlessOld, "touch -d -2min " + log, false}, {"", "touch -d -2min " + log, true}, {"", "chmod 600 " + log, false}, {"", "rm " + log, false}} {
			out := s.Run(prelude(c.before + "\n" + logText("nobody", c.unless)))
			if strings.Contains(out, ":why\n") != c.said {
				t.Errorf("%q after %q: %q", c.unless, c.before, out)
			}
		}
	})
}
