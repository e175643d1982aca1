package runner

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"djship/assets"
)

// TestGather holds what gather passes on against what it was given, however that comes, and has it end with the end's mark though somebody still holds its stdin.
func TestGather(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of a probe\n", 1000)
	for _, c := range []struct{ prints, want string }{
		{"printf 'one\\n\\nMARK end\\n'", "one\n\nMARK end\n"},
		{"printf 'one'; sleep 0.1; printf '\\nMA'; sleep 0.1; printf 'RK end\\n'", "one\nMARK end\n"},
		{"printf 'no end'", "no end"},
		{"cat <<'E'\n" + long + "E\nprintf '\\nMARK end\\n'", long + "\nMARK end\n"},
		{"printf 'held\\n\\nMARK end\\n'; sleep 100", "held\n\nMARK end\n"},
	} {
		began := time.Now()
		cmd := exec.Command("setsid", "-w", "sh", "-c", "mark=MARK\n"+assets.Code("shell/gather.sh")+"\n{ "+c.prints+"\n} | { gather; kill 0; }")
		out, err := cmd.Output() // kill 0 ends the group
		if string(out) != c.want || err == nil || time.Since(began) > 50*time.Second {
			t.Errorf("%.60q: %.80q, %v after %v", c.prints, out, err, time.Since(began))
		}
	}
}
