package steps

import (
	"strings"
	"testing"

	"djship/assets"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// ready is what the probe of a ready host shows a step: the text with which its plan is zero.
func ready(t testing.TB, s model.Step, f model.Facts) string {
	t.Helper()
	var text string
	switch s := s.(type) {
	case django.EditedFile:
		return ready(t, s.ManagedFile, f)
	case django.SocketLink:
		text = "symbolic link|" + s.Site.Project + ":webapps|777\n" + s.Site.Layout().Socket + "\n"
	case django.Settings:
		return "placeholder\n" + ready(t, s.ManagedFile, f)
	case server.ManagedFile:
		group := s.Group
		if group == "" {
			group = s.OwnedBy()
		}
		text = "regular file|" + s.OwnedBy() + ":" + group + "|" + strings.TrimPrefix(s.Mode, "0") + "\n" + s.Content(f)
	case server.Folder:
		text = "directory|" + s.Owner + ":" + s.Group + "|" + strings.TrimPrefix(s.Mode, "0") + "\n"
	case server.LogFile:
		text = "regular file|" + s.Owner + ":" + s.Group + "|" + strings.TrimPrefix(s.Mode, "0") + "\n"
	case django.SecretFile:
		text = "regular file|" + s.Site.Project + ":webapps|600\n"
	case server.Link:
		text = s.Target + "\n"
	case server.Service:
		text = "Id=" + s.Unit + ".service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nalive\n"
	case server.Packages:
		for _, n := range s.Names {
			text += n + " installed\n"
		}
	case server.Wheels:
		text = "python3.11\npsycopg2-2.9.13-cp311-cp311-linux_x86_64.whl\n"
	case server.Tools:
		text = "python\nvirtualenv\nsupervisord\nsupervisorctl\n/opt/djship/lib/python3.11/site-packages/supervisor-4.3.0.dist-info\n" +
			"/opt/djship/lib/python3.11/site-packages/virtualenv-20.31.dist-info\n"
	case server.Poller:
		text = model.Sum(assets.Text("host/djship_poller.py")) + "  -\n" + model.Sum("import djship_poller\n") + "  -\n"
	case server.Group:
		text = s.Group + ":x:998:\n"
	case server.Account:
		text = s.User + ":x:997:998:djship site:" + s.Home + ":/bin/bash\n" + s.Group + "\n" + s.User + " L 2026-11-23 0 99999 7 -1\n"
	case django.Record:
		text = "regular file|root:root|600\n" + s.Content()
	case django.Virtualenv:
		text = "ok\n"
	case django.PythonPackages:
		text = "asgiref-3.8.1.dist-info\nDjango-5.2.dist-info\ngunicorn-23.0.0.dist-info\npip-25.0.dist-info\npsycopg2-2.9.10.dist-info\nsetproctitle-1.3.4.dist-info\n"
	case django.Role:
		text = "site known\nrole t f\nset ab\nfile ab  -\n"
	case django.Database:
		text = "site known\ndatabase " + s.Site.Project + " f\n"
	case django.OwnDatabases:
		text = "site known\n"
	case django.Placeholder:
		text = "placeholder\n"
	case django.HTTPS: // it waits for a certificate
		text = "site includes\nm:absent\nm:absent\nnow 1000\nconf\nabsent\n"
		if !s.Site.TLS.On() {
			text = "absent\n"
		}
	case django.Nobody: // others see to it
		text = "primary 443\nprimary 80\nconf\nabsent\n"
	case django.ReleaseNames: // of a site without releases
		text = "file\nabsent\n"
	case django.Redirects:
		text = "absent\n"
	case django.Gunicorn:
		text = "running example 3 60 60 1000\nlink example-0.sock\nslot 0 \nsocket 0\nopens /webapps/.sockets/example-0.sock\nthere\ncode\n"
	}
	if c := s.Plan(f, model.Observed{Text: text}); !c.IsZero() {
		t.Errorf("%s: a ready host gets %s %s %s", s.Name(), c.Verb, c.Detail, c.Diff)
	}
	return text
}
