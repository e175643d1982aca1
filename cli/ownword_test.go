package cli

import (
	"errors"
	"os"
	"testing"

	"djship/attach"
	"djship/inventory"
	"djship/steps/model"
)

// inProject goes to a folder whose djship.toml names a project.
func inProject(t *testing.T, name string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("djship.toml", []byte("project = \""+name+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A folder's code takes no other site's place by a slip: who means it types the folder as well.
func TestPushOfAnotherSite(t *testing.T) {
	inProject(t, "shop")
	for _, c := range []struct {
		o       pushOptions
		refused bool
	}{
		{pushOptions{dir: "."}, false},
		{pushOptions{dir: ".", project: "shop"}, false},
		{pushOptions{dir: ".", project: "other"}, true},
		{pushOptions{dir: ".", project: "other", ref: "v1"}, true},
		{pushOptions{dir: ".", dirTyped: true, project: "other"}, false},
		{pushOptions{dir: t.TempDir(), project: "other"}, false},
	} {
		if err := refuseAnother(c.o); (err != nil) != c.refused || err != nil && !errors.As(err, new(*usageError)) {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
	status, _, messages := typed(t, "push", "other")
	if want := "djship: the code in this folder is for the site shop, as djship.toml says, not for other\n" +
		"hint: `djship push shop`; where other is to have it name the folder, too: `djship push other --dir .`; or change `project` in djship.toml\n"; status != statusUsage || messages != want {
		t.Errorf("status %d, %q", status, messages)
	}
}

// Where a folder names its site, a word in the site's place may be what was meant to stand behind it.
func TestWordInTheSitesPlace(t *testing.T) {
	inProject(t, "shop")
	for word, meant := range map[string]bool{"4ea3": true, "abcdef1": true, "0": true, "20261126-101500-1a2b3c4": true, "20261126": true, "other": false, "my-site": false, "shop": false} {
		o := switchOptions{project: word}
		o.typed.command = "rollback"
		if hint := o.meantRelease(); (hint != "") != meant {
			t.Errorf("rollback %s: %q", word, hint)
		}
		if o.typed.command = "restart"; o.meantRelease() != "" {
			t.Errorf("restart %s: %q", word, o.meantRelease())
		}
	}
	status, _, messages := typed(t, "rollback", "4ea3")
	if want := "djship: project \"4ea3\" begins with a digit\nhint: a release stands behind its project: djship rollback shop 4ea3\n"; status != statusUsage || messages != want {
		t.Errorf("status %d, %q", status, messages)
	}
	for _, c := range []struct {
		manage bool
		want   string
	}{
		{true, "hint: where showmigrations is a command of manage.py: djship manage -- showmigrations ..., of the site shop of this folder; `djship status` lists those that there are\n"},
		{false, "hint: `djship status` lists those that there are\n"},
	} {
		messages := stream(t)
		n := &network{hosts: []networkHost{{Host: &inventory.Host{Name: "web1"}}}}
		_ = n.sayRun(Env{Stderr: messages}, attach.Inside{Project: "showmigrations", Manage: c.manage}, attach.End{}, &attach.MissingError{Path: model.SiteRecord("showmigrations")}, &otherSites{})
		if got := written(t, messages); got != "djship: web1 has no site showmigrations\n"+c.want {
			t.Errorf("%q", got)
		}
	}
}
