package runner

import (
	"os/exec"
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// asking is a step that asks by a text.
type asking struct {
	modeltest.Scripted
	text string
}

func (s asking) Probe() model.Script { return model.Script(s.text) }

// What several steps ask in the same words behind a line that only sets variables is in a list's text once, and prints what it would print by itself.
func TestTextsOfSeveralStepsAreThereOnce(t *testing.T) {
	long := "set -- a b\nfor word; do echo \"$word of $name\"; done\n: " + strings.Repeat("x", shortest) + "\ncat <<-END\n\tit's $name\nEND\n"
	texts := []string{"name='one two' n=1\n" + long, "name=three\n" + long, "name='it'\\''s'\n" + long, "echo no line\n" + long, "name=short\necho $name", "name='a\nb' n=2\n" + long}
	var list []model.Step
	var apart strings.Builder
	for _, text := range texts {
		list = append(list, asking{text: text})
		apart.WriteString(text + "\n")
	}
	all, once := sharedBy(list), strings.Builder{}
	for _, s := range list {
		once.WriteString(all.text(s.Probe()) + "\n")
	}
	if n := strings.Count(once.String(), long); n != 4 {
		t.Errorf("the text is there %d times of %d:\n%s", n, len(texts), once.String())
	}
	want, err := exec.Command("sh", "-c", apart.String()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, want)
	}
	if got, err := exec.Command("sh", "-c", once.String()).CombinedOutput(); err != nil || string(got) != string(want) {
		t.Errorf("%v: %q, want %q", err, got, want)
	}
}
