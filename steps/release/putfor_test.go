package release

import (
	"testing"

	"djship/assets"
	"djship/runner/scratch"
)

// What root puts for a site's group is read by it and by nobody else, and is there whole or not at all, over what was there before.
func TestPutFor(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run("mkdir -p /srv")
		s.Write("/srv/note", "before", 0o666)
		got := s.Run("state=/var/lib/djship stage=/tmp/stage; mkdir -p $stage\n" + assets.Text("shell/work.sh") +
			"printf 'one\\ntwo' | put_for daemon /srv/note; stat -c '%U:%G %a' /srv/note; ls -A /srv; cat /srv/note")
		if want := "root:daemon 640\nnote\none\ntwo"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if _, err := s.Try("state=/var/lib/djship stage=/tmp/stage\n" + assets.Text("shell/work.sh") + "echo three | put_for nobody_there /srv/note"); err == nil || s.Read("/srv/note") != "one\ntwo" {
			t.Errorf("%v, %q", err, s.Read("/srv/note"))
		}
	})
}
