package steps

import (
	"strconv"
	"strings"
	"testing"

	"djship/runner"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// A host can send anything.
func FuzzParseProbe(f *testing.F) {
	list := Deploy(site3(), server.Options{})
	var whole strings.Builder
	whole.WriteString("\nMARK facts\nid debian\nversion 12\ndisk 9999999 /\nwritten ab  /etc/x\n")
	for i, o := range nothing(list) {
		whole.WriteString("\nMARK " + strconv.Itoa(i) + "\n" + o.Text)
	}
	f.Add([]byte(whole.String() + "\nMARK end\n"))
	f.Add([]byte("\nMARK facts\nwritten\ndisk\ndue\n\nMARK -1\n\nMARK 99999999999999999999\n\nMARK end\n"))
	f.Fuzz(func(t *testing.T, out []byte) {
		facts, seen, err := runner.ParseProbe(list, "MARK", "SIGN", out)
		if err != nil {
			return
		}
		if len(seen) != len(list) {
			t.Fatalf("%d observations of %d steps", len(seen), len(list))
		}
		for _, it := range model.NewPlan(list, facts, seen).Items {
			modeltest.Check(t, it.Change)
		}
	})
}

// Whatever stands in a step's part of the answer, planning it does not panic, and any text can be told.
func FuzzPlan(f *testing.F) {
	list := Up(site2(), server.Options{Overwrite: "*"})
	for i, o := range nothing(list) {
		f.Add(i, "id debian\nversion 12\n", o.Text, true)
		f.Add(i, "id debian\nversion 11\npgport 5432\n", "regular file|root:root|644\ndomain example.com\nsite known\nrole t f\n", false)
	}
	f.Fuzz(func(t *testing.T, i int, facts, text string, due bool) {
		if i < 0 || i >= len(list) {
			return
		}
		modeltest.Check(t, list[i].Plan(model.ParseFacts(facts), model.Observed{Text: text, Due: due}))
	})
}
