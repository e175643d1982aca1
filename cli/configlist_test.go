package cli

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/secret"
	"djship/steps/inspect"
)

func configOf(host string, pairs ...string) hostConfig {
	c := hostConfig{host, inspect.SiteConfig{Known: true, Values: map[string]secret.Value{}}}
	for i := 0; i < len(pairs); i += 2 {
		c.Values[pairs[i]] = secret.New(pairs[i+1])
	}
	return c
}

// Hosts that differ are marked, a value is shown to who asks for it alone, and one value is what all hosts have.
func TestConfigOfSeveralHosts(t *testing.T) {
	hosts := []hostConfig{configOf("web1", "A", "1", "KEY", "one\ntwo"), configOf("web2", "A", "1", "KEY", "x"), configOf("web3", "A", "1")}
	want := [][]string{{"NAME", "VALUE", "HOSTS"}, {"A", "********"},
		{"KEY", "********", "! only on web1"}, {"KEY", "********", "! only on web2"}, {"KEY", "-", "! not set on web3"}}
	if diff := cmp.Diff(want, configTable(false, hosts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"NAME", "VALUE"}, {"A", "1"}, {"KEY", `one\ntwo`}}, configTable(true, hosts[:1])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"NAME", "VALUE"}, {"KEY", `C:\\new\n`}}, configTable(true, []hostConfig{configOf("web1", "KEY", "C:\\new\n")})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"KEY"}, hosts[0].row("web1", hosts, nil).Differ); diff != "" {
		t.Error(diff)
	}
	if row := hosts[0].row("web1", nil, errors.New("password=hunter2hunter2")); row.Error != "password=********" || row.Names == nil {
		t.Errorf("%+v", row)
	}
	var out bytes.Buffer
	env := Env{Stdout: &out}
	if err := env.sayValue("example", "A", hosts); err != nil || out.String() != "1\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	for name, want := range map[string]string{"KEY": "KEY of example is not the same on all hosts: web1 | web2 | web3 (not set)", "B": "B of example is not set"} {
		if err := env.sayValue("example", name, hosts); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	for want, c := range map[string]inspect.ConfigChange{
		"last changed 60s ago by me@home, who set A and took away B":                           {Time: "2026-11-27T08:59:00Z", Who: "me@home", Set: []string{"A"}, Unset: []string{"B"}},
		"last changed 60s ago by me@home, who rotated DB_PASSWORD":                             {Time: "2026-11-27T08:59:00Z", Who: "me@home", Set: []string{"DB_PASSWORD"}},
		"last changed 60s ago by me@home, who rotated SECRET_KEY and set SECRET_KEY_FALLBACKS": {Time: "2026-11-27T08:59:00Z", Who: "me@home", Set: []string{"SECRET_KEY", "SECRET_KEY_FALLBACKS"}},
		"last changed 60s ago by me@home, who brought back A, B":                               {Time: "2026-11-27T08:59:00Z", Who: "me@home", Undo: true, Set: []string{"A", "B"}},
	} {
		if got := changeTold(c, at); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
