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

// BenchmarkParseProbe reads what a host answers where all is as it should be: a run may have a thousand.
func BenchmarkParseProbe(b *testing.B) {
	list := Up(site3(), server.Options{})
	out := answer(b, list)
	b.SetBytes(int64(len(out)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := runner.ParseProbe(list, "djship0123456789abcdef", "djshipfedcba9876543210", out); err != nil {
			b.Fatal(err)
		}
	}
}

// answer is what the probe of a list prints on a ready host.
func answer(t testing.TB, list []model.Step) []byte {
	var out, home strings.Builder
	out.WriteString("\ndjship0123456789abcdef facts\nid debian\nversion 12\ncodename bookworm\ninit systemd\npython3 python3.11\npgport 5432\ncpus 2\nmemory 4028416\ndisk 9999999 /\n")
	for _, path := range []string{"/etc/a", "/etc/b", "/webapps/c"} {
		for i := range 30 {
			out.WriteString("written " + model.Sum(strconv.Itoa(i)) + "  " + path + "\n")
		}
	}
	for i, s := range list {
		text := ready(t, s, modeltest.Debian12)
		if r, ok := s.(model.Resident); ok {
			if account, _ := r.HomeProbe(); account != "" {
				home.WriteString("\ndjshipfedcba9876543210 " + strconv.Itoa(i) + "\n" + text)
				text = ""
			}
		}
		out.WriteString("\ndjship0123456789abcdef " + strconv.Itoa(i) + "\n" + text)
	}
	home.WriteString("\ndjshipfedcba9876543210 end\n")
	out.WriteString("\ndjship0123456789abcdef home example\n")
	for line := range strings.Lines(home.String()) {
		out.WriteString(":" + line)
	}
	return []byte(out.String() + "\ndjship0123456789abcdef end\n")
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
