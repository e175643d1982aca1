package django

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// The way to another certificate, and to none, is open where the one that nginx is to read is gone; https stays where it is ordered anew without that.
func TestLost(t *testing.T) {
	const there, mine = "regular file|root:root|644|9 1 2\nssl_certificate /etc/ssl/private/example.pem;\n", "# mine\n"
	const file, runs, down = "lost /etc/ssl/private/example.pem\n", "LoadState=loaded\nActiveState=active\n", "LoadState=loaded\nActiveState=failed\n"
	const own = "lost /etc/letsencrypt/live/example/privkey.pem\n"
	ordered, taken := site3(), site3()
	ordered.TLS.Mode, taken.TLS.Mode = TLSACME, TLSOff
	anyway := ordered.Lost(server.Options{Overwrite: "*"})
	f := modeltest.Debian12
	_, text, _ := strings.Cut(there, "\n")
	f.Written = map[string]map[string]bool{ordered.Layout().HTTPSConf(): {model.Sum(text): true}}
	for name, c := range map[string]struct {
		step   Lost
		seen   string
		verb   model.Verb
		detail string
		keeps  bool
	}{
		"nothing is lost":              {ordered.Lost(server.Options{}), runs + "conf\n" + there, "", "", false},
		"no https yet":                 {ordered.Lost(server.Options{}), runs + "conf\nabsent\n", "", "", false},
		"files, to be ordered":         {ordered.Lost(server.Options{}), file + runs + "conf\n" + there, model.Update, "example.pem is gone, and nginx does not start without it: http alone until there is another certificate", false},
		"files, to be off":             {taken.Lost(server.Options{}), file + runs + "conf\n" + there, model.Update, "http alone", false},
		"files, off, edited":           {taken.Lost(server.Options{}), file + runs + "conf\n" + there + mine, model.Update, "http alone", true},
		"files, ordered, edited":       {ordered.Lost(server.Options{}), file + runs + "conf\n" + there + mine, model.Refuse, "which is yours", false},
		"files, ordered, overwritten":  {anyway, file + runs + "conf\n" + there + mine, model.Update, "http alone", true},
		"ordered anew":                 {ordered.Lost(server.Options{}), own + runs + "conf\n" + there, "", "", false},
		"ordered anew, and nginx down": {ordered.Lost(server.Options{}), own + down + "conf\n" + there, model.Update, "http alone until", false},
		"its own to be off":            {taken.Lost(server.Options{}), own + runs + "conf\n" + there, model.Update, "http alone", false},
	} {
		got := c.step.Plan(f, model.Observed{Text: c.seen})
		modeltest.Check(t, got)
		if got.Verb != c.verb || !strings.Contains(got.Detail, c.detail) || strings.Contains(string(got.Script), "backup ") != c.keeps {
			t.Errorf("%s: got %s %q, want %s %q, kept beside: %v\n%s", name, got.Verb, got.Detail, c.verb, c.detail, c.keeps, got.Script)
		}
	}
}

// The files that are gone are found in what nginx reads, whoever has edited that.
func TestLostIsSeen(t *testing.T) {
	dir := t.TempDir()
	conf, empty, good := filepath.Join(dir, "https.conf"), filepath.Join(dir, "empty"), filepath.Join(dir, "good")
	text := "# ssl_certificate " + dir + "/remark;\n\tssl_certificate  " + dir + "/gone ;\nssl_certificate_key " + empty + "; # its key\nssl_certificate " + good + ";\nssl_certificate data:$nobody;\nssl_session_cache " + dir + "/none;\n"
	for path, text := range map[string]string{conf: text, empty: "", good: "x"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := shell.Set("conf", conf) + "unit() { echo active; }\n" + assets.Code("shell/lostpair.sh")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", run).CombinedOutput()
	if want := "lost " + dir + "/gone\nlost " + empty + "\nactive\nconf\n"; err != nil || string(out) != want {
		t.Errorf("got %q, want %q (%v)", out, want, err)
	}
}
