package remote_test

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
)

// noise is a text that packs to every byte that there is.
func noise() string {
	var b strings.Builder
	for range 6 << 10 {
		b.WriteByte(byte('0' + rand.IntN(64)))
	}
	return b.String()
}

// TestCarried has scripts come by the environment, through each login shell; where that does not come, or not whole, by stdin, and the next one is not
// offered that way. What a script begins gets nothing of it.
func TestCarried(t *testing.T) {
	remote.NoMethods(t)
	for _, shell := range []string{"sh", "bash", "zsh", "fish", "csh"} {
		for name, test := range map[string]struct {
			method   string
			variable func(string) string
			carried  bool
		}{
			"login":   {"", nil, true},
			"sudo":    {"sudo", nil, true},
			"refused": {"sudo", func(string) string { return "" }, false},
			"cut":     {"sudo", func(v string) string { return v[:len(v)/2] }, false},
			"spoiled": {"", func(v string) string { return v[:100] + "?" + v[101:] }, false},
		} {
			t.Run(shell+" "+name, func(t *testing.T) {
				sudo, _ := remotetest.FakeSudo{}.Env(t)
				s := remotetest.Start(t, remotetest.Options{Shell: needs(t, shell), Env: sudo, Variable: test.variable})
				ep := s.Endpoint(t, "dev")
				ep.Become.Method = test.method
				c := dial(t, new(remote.Dialer), ep)
				for range 2 {
					text := noise()
					p, err := c.Exec(t.Context(), remote.Text("text='"+text+"'\nprintf '%s\\n' \"$text\"\nenv | grep -c LC_DJSHIP\ncat"))
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.WriteString(p.Stdin, "stdin")
					_ = p.Stdin.Close()
					if got, _ := io.ReadAll(p.Stdout); string(got) != text+"\n0\nstdin" {
						t.Errorf("printed %q", got)
					}
					if err := p.Wait(); err != nil {
						t.Error(err)
					}
				}
				commands := s.Commands()
				if first, second := strings.Contains(commands[0], "$LC_DJSHIP"), strings.Contains(commands[1], "$LC_DJSHIP"); !first || second != test.carried {
					t.Errorf("read from there: first %v, want true; second %v, want %v", first, second, test.carried)
				}
			})
		}
	}
}
