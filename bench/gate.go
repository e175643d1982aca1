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
	Turns                       *struct { // where something waits for the switch: the same as a push does it
		Gate  []struct{ Level string }
		Wrong []string // what old code or the new release could not do before the removal, or the new release behind it
	}
}

func (v verdict) breaks() bool { return len(v.Truth) > 0 }

// refused tells whether a push ends before the migration, and wrong whether code that is live could not go on in it.
func (v verdict) refused() bool {
	gate := v.Gate
	if v.Turns != nil {
		gate = v.Turns.Gate
	}
	return slices.ContainsFunc(gate, func(f struct{ Level string }) bool { return f.Level == "break" })
}

func (v verdict) wrong() bool {
	if v.Turns != nil {
		return len(v.Turns.Wrong) > 0
	}
	return v.breaks()
}

// rolls tells whether a push takes it, and was seen to: what was live went on, and where something waits for the switch the new release did, too, before the removal and behind it.
func (v verdict) rolls() bool { return !v.refused() && !v.wrong() }

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
	verdicts, err := corpus(ctx)
	if err != nil {
		return err
	}
	broken := len(only(verdicts, verdict.breaks))
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
	byKind(b, verdicts)
	versions := b.report.table("By Django", "", "migrations", "break", "passed by the gate though they break", "refused though they do not")
	for _, django := range djangos {
		versions.add(append([]string{django}, shares(verdicts, func(v verdict) bool { return v.Django == django })...)...)
	}
	return nil
}

// djangos are the versions that the corpus is run by.
var djangos = []string{"4.2", "5.2", "6.0"}

// kinds are those of the corpus, in the order of the report.
var kinds = []string{"adds", "adds NOT NULL", "removes", "removes and more", "constrains", "renames", "other"}

// byKind tells of each kind.
func byKind(b *bench, verdicts []verdict) {
	t := b.report.table("By kind", "", "migrations", "break at once", "passed by the gate though they break", "refused though they do not", "wait for the switch", "roll")
	broken := 0
	for _, kind := range kinds {
		is := func(v verdict) bool { return v.Kind == kind }
		of := only(verdicts, is)
		waits := only(of, func(v verdict) bool { return v.Turns != nil })
		t.add(append(append([]string{kind}, shares(verdicts, is)...), fmt.Sprint(len(waits)), fmt.Sprint(len(only(of, verdict.rolls))))...)
		broken += len(only(waits, func(v verdict) bool { return !v.refused() && v.wrong() }))
	}
	b.report.target("removals that wait for the switch and break a release on the way", fmt.Sprint(broken), "none", broken == 0)
	t.note = "A migration rolls where a push takes it and the code that is live was seen to go on; one that waits for the switch, where both releases went on until it was run, and the new one behind it."
}

// only are those verdicts that are something.
func only(verdicts []verdict, is func(verdict) bool) []verdict {
	return slices.DeleteFunc(slices.Clone(verdicts), func(v verdict) bool { return !is(v) })
}

// shares are of some verdicts their number, how many break, and in how many of them the gate is wrong.
func shares(verdicts []verdict, is func(verdict) bool) []string {
	of := only(verdicts, is)
	passed, refused := wrong(of, judges[0].says)
	broken := len(only(of, verdict.breaks))
	return []string{fmt.Sprint(len(of)), fmt.Sprint(broken), fmt.Sprint(passed), fmt.Sprint(refused)}
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
func corpus(ctx context.Context) ([]verdict, error) {
	var all []verdict
	var bad []string
	err := migrations(ctx, "corpus.py", []string{"--django", strings.Join(djangos, ","), "--linters"}, func(line []byte) error {
		var v verdict
		if err := json.Unmarshal(line, &v); err != nil {
			return err
		}
		if v.Invalid != "" {
			bad = append(bad, v.Invalid)
			return nil
		}
		fmt.Fprintf(os.Stderr, "%s, Django %s: %s\n", v.Kind, v.Django, v.Name)
		all = append(all, v)
		return nil
	})
	if err == nil && bad != nil {
		err = fmt.Errorf("cases that can't be judged: %s", strings.Join(bad, "; "))
	}
	return all, err
}

// migrations runs a program of integration/migrations, with djship's own programs, and has each line that it prints taken.
func migrations(ctx context.Context, name string, arguments []string, take func(line []byte) error) error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	programs, err := filepath.Abs("assets/release")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "python3", append([]string{"integration/migrations/" + name, "--cache", filepath.Join(cache, "djship-testbed", "migrations"), "--programs", programs}, arguments...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if err := take(lines.Bytes()); err != nil {
			return fmt.Errorf("%.100s: %w", lines.Text(), err)
		}
	}
	return cmd.Wait()
}
