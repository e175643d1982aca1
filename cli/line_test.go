package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlagsInAnyPosition(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"djship deploy example example.com", "djship deploy example example.com"},
		{"djship deploy example example.com --check", "djship --check deploy example example.com"},
		{"djship deploy -C example -i hosts.ini example.com", "djship --check --inventory=hosts.ini deploy example example.com"},
		{"djship -i a,b, deploy x y.z -l web*", "djship --inventory=a,b, --limit=web* deploy x y.z"},
		{"djship deploy x y.z --inventory=h.ini 3", "djship --inventory=h.ini deploy x y.z 3"},
		{"djship deploy x -CD y.z", "djship --check --diff deploy x y.z"},
		{"djship deploy x -CDl web1 y.z", "djship --check --diff --limit=web1 deploy x y.z"},
		{"djship -i deploy prereq", "djship --inventory=deploy prereq"},
		{"djship inventory -i h.ini --host web1 -q", "djship --inventory=h.ini --quiet inventory --host=web1"},
		{"djship --list inventory", "djship inventory --list"},
		{"djship -vv hosts", "djship --verbose --verbose hosts"},
		{"djship hosts -p2222 -lweb1", "djship --port=2222 --limit=web1 hosts"},
		{"djship hosts -lweb=1", "djship --limit=web=1 hosts"},
		{"djship hosts -p=2222", "djship --port=2222 hosts"},
		{"djship prereq -Cp2222", "djship --check --port=2222 prereq"},
		{"djship hosts -l -x", "djship --limit=-x hosts"},
		{"djship hosts -limit web1", "djship --limit=web1 hosts"},
		{"djship log -l web2", "djship log --limit=web2"},
		{"djship -lweb2 log 00cc", "djship log --limit=web2 00cc"},
		{"djship deploy --help", "djship help deploy"},
		{"djship -h deploy x", "djship help deploy"},
		{"djship deploy help", "djship help deploy"},
		{"djship --help", "djship help"},
		{"djship -V", "djship version"},
		{"djship help help", "djship help help"},
		{"djship deploy x -- -C", "djship deploy -- x -C"},
		{"djship hosts -i -", "djship --inventory=- hosts"},
		{"djship deploy x y.z --nosuch", "djship --nosuch deploy x y.z"},
		{"djship deploy x --overwrite y.z", "djship --overwrite deploy x y.z"},
		{"djship deploy x --overwrite /etc/a y.z --overwrite /etc/b", "djship --overwrite=/etc/a --overwrite=/etc/b deploy x y.z"},
		{"djship --overwrite /etc/a deploy x y.z", "djship --overwrite=/etc/a deploy x y.z"},
		{"djship --overwrite=/etc/a inventory --list", "djship --overwrite=/etc/a inventory --list"},
		{"djship --overwrite /etc/a inventory --list", "djship --overwrite=/etc/a inventory --list"},
		{"djship __complete -- deploy --ch", "djship __complete -- deploy --ch"},
		{"djship", "djship"},
	} {
		if diff := cmp.Diff(strings.Fields(c.want), inOrder(readLine(strings.Fields(c.typed)[1:]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.typed, diff)
		}
	}
}

// inOrder are the words of a line in order: global flags, the command, its own flags, its arguments.
func inOrder(l line) []string {
	if l.help || l.version {
		l = l.orHelp()
		l.name = l.command.name
	}
	global, own, args := []string{"djship"}, []string{}, l.args
	for _, g := range l.flags {
		word := g.typed
		if g.flag != nil {
			word = "--" + g.flag.name
		}
		if g.has {
			word += "=" + g.value
		}
		if g.own {
			own = append(own, word)
		} else {
			global = append(global, word)
		}
	}
	// A word that begins with a hyphen can only have come from behind "--".
	if slices.ContainsFunc(args, func(w string) bool { return len(w) > 1 && w[0] == '-' }) && !slices.Contains(args, "--") {
		args = append([]string{"--"}, args...)
	}
	if l.name != "" {
		global = append(global, l.name)
	}
	return slices.Concat(global, own, args)
}
