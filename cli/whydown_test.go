package cli

import (
	"strings"
	"testing"

	"djship/steps/inspect"
)

// A site that is down says why where its log tells, and what to do about that.
func TestWhyDown(t *testing.T) {
	const began = "[2026-11-26 13:00:00 +0000] [7] [INFO] Starting gunicorn 21.2.0\n"
	const fails = began + "[2026-11-26 13:00:00 +0000] [8] [ERROR] Exception in worker process\nTraceback (most recent call last):\n  File \"a.py\", line 1, in load\nModuleNotFoundError: No module named 'example.wsgi'\n" +
		"[2026-11-26 13:00:01 +0000] [7] [ERROR] Reason: Worker failed to boot.\n"
	site := inspect.SiteStatus{Project: "example", Domain: "example.com", State: inspect.SiteDown}
	for _, c := range []struct {
		name, log          string
		unsupervised       bool
		problem, hint, not string
	}{
		{"it ends by itself", fails, false, "its gunicorn does not run\nTraceback (most recent call last):\n  File \"a.py\", line 1, in load\nModuleNotFoundError: No module named 'example.wsgi'", "mend what its log says", "supervisorctl"},
		{"somebody has stopped it", began, false, "its gunicorn does not run", "`sudo supervisorctl status example` on the host tells whether somebody has stopped it", "mend"},
		{"there is no log", "", false, "its gunicorn does not run", "`djship deploy example example.com` starts it", "mend"},
		{"supervisord is down", fails, true, "supervisord does not run", "`systemctl status supervisord` on the host tells why; `djship deploy example example.com` starts it, as `djship prereq` does", "mend"},
	} {
		site.Unsupervised = c.unsupervised
		problem, hint := whyDown(site, inspect.SiteLog(c.log))
		if problem != c.problem || !strings.Contains(hint, c.hint) || strings.Contains(hint, c.not) {
			t.Errorf("%s: %q, hint %q", c.name, problem, hint)
		}
	}
}

// A site whose removal was cut off is never up, and is told how that goes on.
func TestBeingRemoved(t *testing.T) {
	for was, want := range map[string]string{inspect.SiteUp: inspect.SiteFailing, inspect.SiteDown: inspect.SiteDown} {
		state, problem, hint := beingRemoved(inspect.SiteStatus{Project: "example", Domain: "example.com", State: was, Removing: true})
		if state != want || !strings.Contains(problem, "its removal has begun") || !strings.HasPrefix(hint, "`djship remove example` ends it; `djship deploy example example.com` has") {
			t.Errorf("%s: %s, %q, hint %q", was, state, problem, hint)
		}
	}
}
