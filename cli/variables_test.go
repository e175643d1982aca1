package cli

import (
	"os"
	"strings"
	"testing"
)

// A misspelt variable is refused where its right spelling would count, and by its name alone: it may hold a
// password. What shells call, and help, go on.
func TestVariablesThatNothingReads(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, tt := range []struct{ call, variable, want string }{
		{"ping", "DJSHIP_LIMT=web1", "djship: there is no variable DJSHIP_LIMT\nhint: did you mean DJSHIP_LIMIT?\n"},
		{"deploy a b.c", "DJSHIP_BECOME_PASSWRD=hunter2", "djship: there is no variable DJSHIP_BECOME_PASSWRD\nhint: did you mean DJSHIP_BECOME_PASSWORD?\n"},
		{"init", "DJSHIP_XYZZY_PLUGH=", "djship: there is no variable DJSHIP_XYZZY_PLUGH\nhint: unset it; `djship help environment` lists those that are read\n"},
		{"__complete dep", "DJSHIP_LIMT=web1", ""},
		{"completion bash", "DJSHIP_LIMT=web1", ""},
		{"help ping", "DJSHIP_LIMT=web1", ""},
		{"ping --help", "DJSHIP_LIMT=web1", ""},
		{"version", "DJSHIP_LIMT=web1", ""},
		{"runs", "DJSHIPS=1", "no runs yet\n"},
	} {
		out, messages := stream(t), stream(t)
		env := Env{Stdout: out, Stderr: messages, Getenv: os.Getenv, Own: ownVariables([]string{"HOME=/", tt.variable})}
		status := Main(append([]string{"djship"}, strings.Fields(tt.call)...), env)
		if got := written(t, messages); got != tt.want || (status == statusUsage) != strings.HasPrefix(tt.want, "djship: ") {
			t.Errorf("%s djship %s: status %d, %q, want %q", tt.variable, tt.call, status, got, tt.want)
		}
	}
}

// All that help tells of may be set.
func TestVariablesThatAreRead(t *testing.T) {
	environ := []string{connection.variable + "=x", become.variable + "=x"}
	for _, row := range flagVariables() {
		environ = append(environ, row[0]+"=x")
	}
	if len(ownVariables(environ)) != len(environ) {
		t.Fatal(ownVariables(environ))
	}
	for _, c := range commands() {
		if err := (line{command: c}).refuseVariables(ownVariables(environ)); err != nil {
			t.Error(c.name, err)
		}
	}
}
