package cli

import (
	"errors"
	"os"
	"testing"
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
