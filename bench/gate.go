//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A verdict is what a case of integration/migrations/corpus.py has come to.
type verdict struct {
	Name, Kind, Django, Invalid string
	Truth                       []string // what old code could not do on the schema after
	Gate                        []struct{ Level string }
	Seconds                     float64 // of the rehearsal
	Linter                      []string
	Squawk                      struct{ Clients, All []string }
}

func (v verdict) breaks() bool { return len(v.Truth) > 0 }

// judges are who says whether old code breaks, djship's gate first.
var judges = []struct {
	name string
	says func(verdict) bool
}{
	{"djship's gate", func(v verdict) bool {
		return slices.ContainsFunc(v.Gate, func(f struct{ Level string }) bool { return f.Level == "break" })
	}},
	{"django-migration-linter", func(v verdict) bool { return len(v.Linter) > 0 }},
	{"squawk, rules about clients", func(v verdict) bool { return len(v.Squawk.Clients) > 0 }},
	{"squawk, all rules", func(v verdict) bool { return len(v.Squawk.All) > 0 }},
}

// gate runs the corpus of migrations by three versions of Django: how often each judge is right, where the truth is what old code could do on the schema after.
func gate(ctx context.Context, b *bench) error {
	verdicts, err := corpus(ctx, b)
	if err != nil {
		return err
	}
	broken := len(slices.DeleteFunc(slices.Clone(verdicts), func(v verdict) bool { return !v.breaks() }))
	t := b.report.table(fmt.Sprintf("Whether live code can go on: %d migrations, %d of which break it", len(verdicts), broken), "", "passes what breaks", "refuses what does not", "right")
	for i, judge := range judges {
		passed, refused := wrong(verdicts, judge.says)
		t.add(judge.name, fmt.Sprintf("%d of %d", passed, broken), fmt.Sprintf("%d of %d, %.1f %%", refused, len(verdicts)-broken, 100*float64(refused)/float64(len(verdicts)-broken)),
			fmt.Sprintf("%.1f %%", 100*float64(len(verdicts)-passed-refused)/float64(len(verdicts))))
		if i == 0 {
			b.report.target("migrations that break live code and pass the gate", fmt.Sprint(passed), "none", passed == 0)
			b.report.target("migrations that break nothing and are refused", fmt.Sprintf("%.1f %%", 100*float64(refused)/float64(len(verdicts)-broken)), "under 5 %", 20*refused < len(verdicts)-broken)
		}
	}
	t.note = "Columns that are added keep their default in the database, as in a push; linters read the migrations as they are. The gate's rehearsal took " + secs(median(rehearsals(verdicts))) + " (median)."
	kinds := b.report.table("By kind", "", "migrations", "break", "passed by the gate though they break", "refused though they do not")
	for _, kind := range []string{"adds", "adds NOT NULL", "removes", "constrains", "renames", "other"} {
		of := slices.DeleteFunc(slices.Clone(verdicts), func(v verdict) bool { return v.Kind != kind })
		passed, refused := wrong(of, judges[0].says)
		kinds.add(kind, fmt.Sprint(len(of)), fmt.Sprint(len(slices.DeleteFunc(slices.Clone(of), func(v verdict) bool { return !v.breaks() }))), fmt.Sprint(passed), fmt.Sprint(refused))
	}
	return nil
}

// wrong counts what a judge lets pass though it breaks, and what it refuses though it does not.
func wrong(verdicts []verdict, says func(verdict) bool) (passed, refused int) {
	for _, v := range verdicts {
		switch {
		case v.breaks() && !says(v):
			passed++
		case !v.breaks() && says(v):
			refused++
		}
	}
	return passed, refused
}

func rehearsals(verdicts []verdict) []float64 {
	var all []float64
	for _, v := range verdicts {
		all = append(all, v.Seconds)
	}
	return all
}

// corpus runs all cases. One that can't be judged is an error.
func corpus(ctx context.Context, b *bench) ([]verdict, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	programs, err := filepath.Abs("assets/release")
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "python3", "integration/migrations/corpus.py", "--django", "4.2,5.2,6.0", "--linters", "--cache", filepath.Join(cache, "djship-testbed", "migrations"), "--programs", programs)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var all []verdict
	var bad []string
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%.100s: %w", lines.Text(), err)
		}
		if v.Invalid != "" {
			bad = append(bad, v.Invalid)
			continue
		}
		fmt.Fprintf(os.Stderr, "%s, Django %s: %s\n", v.Kind, v.Django, v.Name)
		all = append(all, v)
	}
	if err := cmd.Wait(); err != nil {
		return nil, err
	}
	if bad != nil {
		return nil, fmt.Errorf("cases that can't be judged: %s", strings.Join(bad, "; "))
	}
	return all, nil
}
