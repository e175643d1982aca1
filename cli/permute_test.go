package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlagsInAnyPosition(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"djship deploy example example.com", "djship deploy example example.com"},
		{"djship deploy example example.com --check", "djship --check deploy example example.com"},
		{"djship deploy -C example -i hosts.ini example.com", "djship -C -i hosts.ini deploy example example.com"},
		{"djship -i a,b, deploy x y.z -l web*", "djship -i a,b, -l web* deploy x y.z"},
		{"djship deploy x y.z --inventory=h.ini 3", "djship --inventory=h.ini deploy x y.z 3"},
		{"djship deploy x -CD y.z", "djship -CD deploy x y.z"},
		{"djship deploy x -CDl web1 y.z", "djship -CDl web1 deploy x y.z"},
		{"djship -i deploy prereq", "djship -i deploy prereq"},
		{"djship inventory -i h.ini --host web1 -q", "djship -i h.ini -q inventory --host web1"},
		{"djship --list inventory", "djship inventory --list"},
		{"djship deploy --help", "djship deploy --help"},
		{"djship --help", "djship --help"},
		{"djship deploy x -- -C", "djship deploy -- x -C"},
		{"djship hosts -i -", "djship -i - hosts"},
		{"djship deploy x y.z --nosuch", "djship --nosuch deploy x y.z"},
		{"djship deploy x --overwrite y.z", "djship --overwrite deploy x y.z"},
		{"djship deploy x --overwrite /etc/a y.z --overwrite /etc/b", "djship --overwrite=/etc/a --overwrite=/etc/b deploy x y.z"},
		{"djship --overwrite /etc/a deploy x y.z", "djship --overwrite=/etc/a deploy x y.z"},
		{"djship --overwrite=/etc/a inventory --list", "djship --overwrite=/etc/a inventory --list"},
		{"djship --overwrite /etc/a inventory --list", "djship --overwrite=/etc/a inventory --list"},
		{"djship", "djship"},
	} {
		app := newApp(Env{})
		if diff := cmp.Diff(strings.Fields(c.want), permute(app, strings.Fields(c.typed))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.typed, diff)
		}
	}
}
