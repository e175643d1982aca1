package cli

import (
	"fmt"
	"testing"

	"djship/inventory"
	"djship/steps/inspect"
	"djship/steps/release"
)

// Jobs run on the first host of each stage by the inventory, whichever is selected, unless the inventory says otherwise.
func TestWhichHostsRunJobs(t *testing.T) {
	for _, c := range []struct{ name, inventory, limit, want string }{
		{"no stages", "a\nb\n", "", "a:true b:false"},
		{"stages", "[production]\np1\np2\n[staging]\ns1\ns2\n", "", "s1:true s2:false p1:true p2:false"},
		{"a limit", "[production]\np1\np2\n[staging]\ns1\n", "p2", "p2:false"},
		{"as it is said", "a djship_cron=no\nb djship_cron=yes\nc\n", "", "a:false b:true c:false"},
		{"what is no word for it", "a djship_cron=maybe\n", "", `djship_cron of a is "maybe"`},
	} {
		inv := loadInventory(t, c.inventory)
		hosts := inv.Hosts()
		if c.limit != "" {
			var err error
			if hosts, err = inv.Select(c.limit); err != nil {
				t.Fatal(err)
			}
		}
		staged, err := sortIntoStages(inv, hosts, nil)
		if err != nil {
			t.Fatal(err)
		}
		code := &pushedCode{firsts: firstOfStages(inv, staged), release: release.Release{Jobs: []release.Job{{Name: "x"}}}}
		got := ""
		for _, h := range staged.hosts {
			runs, err := runsCron(h, code)
			if err != nil {
				got = fmt.Sprintf(" %v", err)
				break
			}
			got += fmt.Sprintf(" %s:%v", h.Name, runs)
			if runs, _ := runsCron(h, &pushedCode{firsts: map[*inventory.Host]bool{h: true}}); runs {
				t.Errorf("%s: %s runs the jobs of code that has none", c.name, h.Name)
			}
		}
		if got != " "+c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestJobWords(t *testing.T) {
	const began, ended = "2026-11-26T11:00:00Z", "2026-11-26T11:01:00Z"
	two, none := 2, 0
	got := jobWords("example", []inspect.Job{{Name: "a"}, {Name: "b", Began: began, Running: true}, {Name: "c", Began: began}, {Name: "d", Began: began, Ended: ended, Status: &two}, {Name: "e", Began: began, Ended: ended, Status: &none}}, noon)
	if want := "a not run yet, b at work for 60m, c cut off, begun 60m ago (djship logs example --process cron-c), d failed with status 2 60m ago (djship logs example --process cron-d), e ok 60m ago"; got != want {
		t.Errorf("%s", got)
	}
}
