package runner

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// prelude is what precedes every text.
func prelude(text string) string {
	return "mark=MARK sign=SIGN\n" + Prelude() + "\n" + text
}

func TestFactsThatRunsLeave(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/var/lib/djship/last", "20261123-114501-a1b2\n", 0o600)
		s.Write("/var/lib/djship/due/gunicorn-example", "", 0o600)
		s.Write("/var/lib/djship/written", "0123  /etc/a b\n4567  /etc/a b\n", 0o600)
		list := []model.Step{modeltest.Scripted{Called: "gunicorn example"}, modeltest.Scripted{Called: "other"}}
		f, seen, err := ParseProbe(list, "MARK", "SIGN", []byte(s.Run(Probe(list, "MARK", "SIGN"))))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]map[string]bool{"/etc/a b": {"0123": true, "4567": true}}, f.Written); diff != "" || f.Last != "20261123-114501-a1b2" {
			t.Errorf("last %q, written %s", f.Last, diff)
		}
		if !seen[0].Due || seen[1].Due {
			t.Errorf("due: %+v", seen)
		}
	})
}

// What programs complain of in a probe stays in its part, where the answer is gathered, too.
func TestComplaintsStayInOrder(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		want := strings.Repeat("said\ncomplained\n", 50)
		if got := s.Run(prelude("exec 2>&1\n" + gathered("for i in $(seq 50); do echo said; echo complained >&2; done\n"))); got != want {
			t.Errorf("%q", got)
		}
	})
}

func TestStat(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/srv/x/a b|c", "text\n\n", 0o640)
		s.Write("/srv/x/no newline", "text", 0o600)
		s.Write("/srv/x/empty", "", 0o644)
		s.Run("ln -s /nowhere /srv/x/link; mkdir -m 1770 /srv/x/dir; mkfifo -m 600 /srv/x/fifo")
		for path, want := range map[string]string{
			"/srv/x/a b|c":      "regular file|root:root|640\ntext\n\n",
			"/srv/x/no newline": "regular file|root:root|600\ntext",
			"/srv/x/empty":      "regular empty file|root:root|644\n",
			"/srv/x/link":       "symbolic link|root:root|777\n/nowhere\n",
			"/srv/x/dir":        "directory|root:root|1770\n",
			"/srv/x/fifo":       "fifo|root:root|600\n",
			"/srv/x/absent":     "absent\n",
			"/srv/x":            "directory|root:root|755\n",
		} {
			for how, before := range map[string]string{"alone": "", "asked for before": "look /srv/x /srv/x/* /srv/x/absent\n"} {
				head, content, _ := strings.Cut(s.Run(prelude(before+"f "+shell.Quote(path))), "\n")
				if strings.Count(head, "|") == 3 {
					head = head[:strings.LastIndex(head, "|")] // the version
				}
				if got := head + "\n" + content; got != want {
					t.Errorf("%s, %s: %q, want %q", path, how, got, want)
				}
			}
		}
	})
}

func TestUnitWithoutSystemd(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		if got := s.Run(prelude("unit djship-test; :")); got != "absent\n" {
			t.Errorf("absent: %q", got)
		}
		s.Write("/etc/init.d/djship-test", "#!/bin/sh\nexit 3\n", 0o755)
		if got := s.Run(prelude("unit djship-test; :")); got != "inactive\n" {
			t.Errorf("down: %q", got)
		}
		s.Write("/etc/init.d/djship-test", "#!/bin/sh\nexit 0\n", 0o755)
		s.Run("mkdir -p /etc/rc3.d && ln -s ../init.d/djship-test /etc/rc3.d/S01djship-test")
		if got := s.Run(prelude("unit djship-test; :")); got != "active\nenabled\n" {
			t.Errorf("up: %q", got)
		}
	})
}

func TestUnitWithSystemd(t *testing.T) {
	t.Parallel()
	const shown = `Id=nginx.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Id=postgresql.service
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled

Id=supervisord.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
`
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("mkdir -p /run/systemd/system")
		s.Write("/srv/shown", shown, 0o644)
		for unit, want := range map[string]string{
			"nginx":       "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n",
			"postgresql":  "LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n",
			"supervisord": "LoadState=not-found\nActiveState=inactive\nUnitFileState=\n",
			"ginx":        "",
		} {
			if got := s.Run(prelude("systemctl() { cat /srv/shown; }\nunit " + unit + "; :")); got != want {
				t.Errorf("%s: %q", unit, got)
			}
		}
	})
}

// The units that a list's services name are asked for at once, by the first who asks for one; another is asked for alone.
func TestUnitsAreAskedForAtOnce(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("mkdir -p /run/systemd/system")
		s.Write("/usr/local/bin/systemctl", `#!/bin/sh
echo "$*" >>/run/asked
shift 3
for unit; do printf '%sId=%s\nActiveState=%s\n' "$sep" "$unit" "$unit"; sep='
'; done
`, 0o755)
		s.Write("/run/list", Probe([]model.Step{service("nginx"), other{"php-fpm"}, service("postgresql")}, "MARK", "SIGN"), 0o600)
		out := s.Run("sh /run/list")
		for i, unit := range []string{"nginx", "php-fpm", "postgresql"} {
			if want := fmt.Sprintf("\nMARK %d\nActiveState=%s.service\n", i, unit); !strings.Contains(out, want) {
				t.Errorf("%s: %q", unit, out)
			}
		}
		const show = "show -p Id,LoadState,ActiveState,UnitFileState "
		if got, want := s.Read("/run/asked"), show+"nginx.service postgresql.service\n"+show+"php-fpm.service\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// A service is a step about one, and other is one that asks for a unit without being that.
type (
	service string
	other   struct{ unit service }
)

func (s service) Name() string                                  { return "service " + string(s) }
func (s service) ID() string                                    { return "service:" + string(s) }
func (s service) Probe() model.Script                           { return model.Script("unit " + string(s)) }
func (s service) Plan(model.Facts, model.Observed) model.Change { return model.Change{} }
func (s service) Service() string                               { return string(s) }

func (o other) ID() string                                    { return "other" }
func (o other) Name() string                                  { return "other" }
func (o other) Probe() model.Script                           { return o.unit.Probe() }
func (o other) Plan(model.Facts, model.Observed) model.Change { return model.Change{} }
