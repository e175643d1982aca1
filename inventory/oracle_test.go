package inventory

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"djship/inventory/inventorytest"

	"github.com/google/go-cmp/cmp"
)

// The oracle is ansible-core itself, this version of it.
const (
	ansibleCore  = "ansible-core==2.19.14"
	recordedFile = "testdata/recorded.json"
)

var update = flag.Bool("update", false, "with DJSHIP_SLOW=1: record what ansible-core answers")

// An answer is what ansible-core, or djship, makes of an inventory; null stands for a failure.
type answer struct {
	List     json.RawMessage      `json:"list"`
	Graph    *string              `json:"graph"`
	Patterns map[string]*[]string `json:"patterns,omitempty"`
}

// ask returns what the program makes of the case, and the inventory.
func ask(t *testing.T, q *inventorytest.Case) (answer, *Inventory, error) {
	t.Helper()
	t.Chdir(q.Dir)
	a := answer{Patterns: map[string]*[]string{}}
	if out, ok := djship(t, q, "inventory", "--list"); ok {
		a.List = json.RawMessage(out)
	}
	if out, ok := djship(t, q, "inventory", "--graph"); ok {
		a.Graph = &out
	}
	inv, err := Load(q.Sources, strings.NewReader(""))
	if (err == nil) != (a.List != nil) || (err == nil) != (a.Graph != nil) {
		t.Errorf("loading says %v; --list prints %s, --graph %v", err, a.List, a.Graph)
	}
	if err != nil {
		return a, nil, err
	}
	for _, p := range q.Patterns {
		a.Patterns[p] = nil
		if out, ok := djship(t, q, "hosts", "--limit="+p); ok {
			found := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			a.Patterns[p] = &found
		}
	}
	return a, inv, nil
}

// djship runs the program as a user does, and returns what it prints; ok is false where it refuses,
// with status 2, a hint, and nothing on stdout.
func djship(t *testing.T, q *inventorytest.Case, args ...string) (out string, ok bool) {
	t.Helper()
	for _, s := range q.Sources {
		args = append(args, "-i", s)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = q.Dir
	cmd.Env = []string{"HOME=" + q.Dir, "PATH=" + os.Getenv("PATH")}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return stdout.String(), true
	case errors.As(err, &exit) && exit.ExitCode() == 2 && stdout.Len() == 0 &&
		strings.Contains(stderr.String(), "djship: ") && strings.Contains(stderr.String(), "\nhint: "):
		return "", false
	}
	t.Errorf("djship %q: %v\nstdout %s\nstderr %s", args, err, stdout.String(), stderr.String())
	return "", false
}

// differences lists where two answers differ, by pattern, "" for the inventory itself.
func differences(inv *Inventory, ansible, djship answer) map[string]string {
	diffs := map[string]string{}
	diff := cmp.Diff(decode(ansible.List), decode(djship.List))
	if decode(ansible.List) != nil { // for a graph ansible-core reads no variables, and so not what is wrong there
		diff += cmp.Diff(ansible.Graph, djship.Graph)
	}
	if diff != "" {
		diffs[""] = diff
	}
	for p, want := range ansible.Patterns {
		got := djship.Patterns[p]
		// Deeper groups ansible-core walks in no certain order.
		anyOrder := inv != nil && levels(inv.Group("all")) > 2
		if got != nil && want != nil && anyOrder && cmp.Equal(sorted(*want), sorted(*got)) {
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			diffs[p] = diff
		}
	}
	return diffs
}

// levels counts the levels of groups below one.
func levels(g *Group) int {
	n := 0
	for _, child := range g.Children {
		n = max(n, levels(child)+1)
	}
	return n
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

func decode(list json.RawMessage) any {
	if list == nil || string(list) == "null" {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(string(list)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return err.Error()
	}
	return v
}

func readRecorded(t *testing.T) map[string]answer {
	t.Helper()
	data, err := os.ReadFile(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]answer{}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	return recorded
}

// TestAgainstAnsible compares djship with what ansible-core answered to every case when it was
// recorded. A difference must stand in a table of ANSIBLE.md, and each row there must be one.
func TestAgainstAnsible(t *testing.T) {
	tables, err := os.ReadFile("ANSIBLE.md")
	if err != nil {
		t.Fatal(err)
	}
	recorded := readRecorded(t)
	all := inventorytest.AnsibleCases(t, "testdata")
	patterns := 0
	used := map[string]bool{}
	for _, q := range all {
		patterns += len(q.Patterns)
		for _, row := range q.Differs {
			used[row] = true
		}
		t.Run(q.Name, func(t *testing.T) {
			want, ok := recorded[q.Name]
			if !ok {
				t.Fatal("not recorded: DJSHIP_SLOW=1 go test -run Live -update")
			}
			q.WriteFiles(t)
			compare(t, q, want)
		})
	}
	if len(all) < 150 || patterns < 200 {
		t.Errorf("%d inventories and %d patterns: expected 150 and 200", len(all), patterns)
	}
	rows := regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(string(tables), -1)
	for _, row := range rows {
		if !used[row[1]] {
			t.Errorf("ANSIBLE.md: no case for %q", row[1])
		}
		delete(used, row[1])
	}
	for row := range used {
		t.Errorf("ANSIBLE.md has no row %q", row)
	}
}

// ANSIBLE.md counts what is compared, and what is equal.
func TestAnsibleCounts(t *testing.T) {
	page, err := os.ReadFile("ANSIBLE.md")
	if err != nil {
		t.Fatal(err)
	}
	inventories, same, patterns, samePatterns := 0, 0, 0, 0
	for _, q := range inventorytest.AnsibleCases(t, "testdata") {
		inventories++
		if q.Differs[""] == "" {
			same++
		}
		for _, p := range q.Patterns {
			patterns++
			if q.Differs[p] == "" {
				samePatterns++
			}
		}
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	for _, want := range []string{fmt.Sprintf("%d inventories ", inventories), fmt.Sprintf("of which %d are equal", same),
		fmt.Sprintf("the %d patterns of", patterns), fmt.Sprintf("of which %d are.", samePatterns)} {
		if !strings.Contains(text, want) {
			t.Errorf("ANSIBLE.md does not say %q", want)
		}
	}
}

// compare compares djship's answer with ansible-core's.
func compare(t *testing.T, q *inventorytest.Case, want answer) {
	t.Helper()
	got, inv, err := ask(t, q)
	diffs := differences(inv, want, got)
	for p, diff := range diffs {
		if q.Differs[p] == "" {
			t.Errorf("%q (-ansible +djship):\n%s\ndjship's error: %v", p, diff, err)
		}
	}
	for p, row := range q.Differs {
		if diffs[p] == "" {
			t.Errorf("%q: no difference, though %q is expected", p, row)
		}
	}
}

// TestAnsibleLive compares djship with what ansible-core says now, and records that with -update.
func TestAnsibleLive(t *testing.T) {
	all := inventorytest.AnsibleCases(t, "testdata")
	oracle := startOracle(t)
	recorded := readRecorded(t)
	for _, q := range all {
		t.Run(q.Name, func(t *testing.T) {
			q.WriteFiles(t)
			want := oracle.ask(t, q)
			recorded[q.Name] = want
			if !*update {
				compare(t, q, want)
			}
		})
	}
	if *update {
		data, err := json.MarshalIndent(recorded, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(recordedFile, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// oracle is a process that answers questions, one at a time.
type oracle struct {
	in  io.Writer
	out *bufio.Reader
}

// startOracle starts ansible-core, installed where it is not yet, until the test ends.
func startOracle(t *testing.T) *oracle {
	t.Helper()
	if os.Getenv("DJSHIP_SLOW") != "1" {
		t.Skip("asks ansible-core, which takes minutes: set DJSHIP_SLOW=1")
	}
	python, err := installAnsible()
	if err != nil {
		inventorytest.CannotRun(t, "ansible-core cannot be installed: %v", err)
	}
	script, err := filepath.Abs("testdata/oracle.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, script)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &oracle{in, bufio.NewReader(out)}
}

func (o *oracle) ask(t *testing.T, q *inventorytest.Case) answer {
	t.Helper()
	line, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	reply, err := o.out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(reply, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// installAnsible returns the Python of an environment that has ansible-core.
func installAnsible() (python string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "djship-test", strings.ReplaceAll(ansibleCore, "==", "-"))
	python = filepath.Join(dir, "bin", "python")
	if exec.Command(python, "-c", "import ansible").Run() == nil {
		return python, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", "--clear", dir},
		{python, "-m", "pip", "install", "-q", ansibleCore},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", errors.New(strings.Join(args, " ") + ": " + err.Error() + ": " + string(out))
		}
	}
	return python, nil
}
