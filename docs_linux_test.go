package main

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
)

// Each command line of djship's that the pages show is run, as it stands there: the program knows its command,
// flags and arguments. Its hosts are at a port where nobody listens, so that those commands which contact
// them end with 3, and all others with 0.
func TestDocumentedCommands(t *testing.T) {
	d := newDesk(t)
	found := 0
	for page, text := range pages(t) {
		if page != "README.md" && page != "CONTRIBUTING.md" && !strings.HasPrefix(page, "docs/") {
			continue
		}
		d.begin(t)
		for _, c := range commandsIn(text) {
			found++
			if problem := d.problem(t, c.words); problem != "" {
				t.Errorf("%s:%d: %s", page, c.line, problem)
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d commands were found", found)
	}
}

// What is wrong with a command line is seen wherever it stands in a page.
func TestDocumentedCommandsAreJudged(t *testing.T) {
	d := newDesk(t)
	for _, text := range []string{
		"```\ndjship deploy example example.com --frobnicate\n```\n",
		"```\n$ djship ping --frobnicate\n```\n",
		"```yaml\n  - djship --accept-new deploy shop shop.example.com --frobnicate > events.jsonl\n```\n",
		"Do this:\n\n    djship ping --frobnicate      # a remark\n",
		"    make build && ./djship ping --frobnicate\n",
		"    djship man | djship ping --frobnicate || true\n",
		"    source <(djship completion bash --frobnicate)\n",
		"so `djship ping --frobnicate` does\n",
		"| `djship hosts [--json \\| --frobnicate]` | what would be touched |\n",
		"    djship shipit\n", "so `djship shipit` does\n",
		"    djship deploy example\n", "    djship deploy example example.com 3 surplus\n",
		"    djship ping web1 web2\n", "    djship status --wait 5\n", "    djship ping -l web9\n",
		"    djship help nothing\n", "    djship log web1 20010101-000000-0000\n", "    djship ping --timeout soon\n",
		"    djship deploy example example.com --exit-code\n",
	} {
		found, problems := commandsIn(text), 0
		for _, c := range found {
			if d.problem(t, c.words) != "" {
				problems++
			}
		}
		if problems != 1 {
			t.Errorf("%q: %d problems in %v", text, problems, found)
		}
	}
	for _, text := range []string{
		"    echo djship shipit\n", "    ssh new 'djship shipit'\n",
		"```\n$ djship ping\ndjship shipit is what it prints\n```\n",
		"  a list's second line, djship shipit\n", "    djship ping # djship shipit\n",
		"so `djship prereq [2\\|3]` and `djship log [HOST [RUN]]` do\n",
	} {
		for _, c := range commandsIn(text) {
			if problem := d.problem(t, c.words); problem != "" {
				t.Errorf("%q: %s", text, problem)
			}
		}
	}
}

// contacting are the commands that log in to hosts.
var contacting = []string{"prereq", "deploy", "up", "adopt", "push", "rollback", "restart", "maintenance", "releases", "config", "rotate", "backup", "restore", "remove", "run", "manage", "logs", "exec", "ping", "status", "unlock"}

// ofOneHost are those of them that want one, which pages need not name each time.
var ofOneHost = []string{"run", "manage", "backup", "restore"}

// A desk is a place to type commands at: a home and a folder of its own, with an inventory of all hosts that
// the pages name.
type desk struct {
	program, folder string
	env             []string
	port, run       string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	home := t.TempDir()
	d := &desk{program: filepath.Join(home, "djship"), folder: filepath.Join(home, "work"), port: closedPort(t)}
	if out, err := exec.Command("go", "build", "-o", d.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := filepath.Join(home, "ssh_config")
	d.env = []string{"HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"), "PATH=" + os.Getenv("PATH"), "TERM=dumb", "DJSHIP_SSH_CONFIG=" + config}
	for path, text := range map[string]string{
		config: "Host *\n HostName 127.0.0.1\n Port " + d.port + "\n",
		// For init and push.
		filepath.Join(d.folder, "manage.py"):           "",
		filepath.Join(d.folder, "requirements.txt"):    "Django\n",
		filepath.Join(d.folder, "production.env"):      "DEBUG=0\n",
		filepath.Join(d.folder, "djship.toml"):         "project = \"example\"\n",
		filepath.Join(d.folder, "example/settings.py"): "STATIC_ROOT = 'static'\n",
		filepath.Join(d.folder, "example/wsgi.py"):     "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'example.settings')\n",
		filepath.Join(d.folder, "hosts.ini"): "[staging]\nstage[1:2]\n\n[production]\nweb[1:3]\nweb[1:3].example.com\nold\nnew\n" +
			"\n[all:vars]\nansible_host=127.0.0.1\nansible_port=" + d.port + "\n",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeBackup(d.folder); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"init -q", "add .", "-c user.name=ann -c user.email=ann@example.com commit -qm first", "tag v1.2"} {
		cmd := exec.Command("git", strings.Fields(line)...)
		cmd.Dir = d.folder
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", line, err, out)
		}
	}
	d.begin(t)
	return d
}

// writeBackup puts a backup into a folder, example.tar, and key.txt, which could open one.
func writeBackup(folder string) error {
	var text bytes.Buffer
	w := tar.NewWriter(&text)
	lines := ""
	for _, m := range [][2]string{{"about.json", `{"format": 1, "project": "example", "host": "web1"}`}, {"database.rows", `{"version": "150004"}`}, {"database.dump", ""}, {"SHA256SUMS", ""}} {
		if m[0] == "SHA256SUMS" {
			m[1] = lines
		}
		lines += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(m[1])), m[0])
		err := w.WriteHeader(&tar.Header{Name: "example-1/" + m[0], Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(m[1]))})
		if err == nil {
			_, err = io.WriteString(w, m[1])
		}
		if err != nil {
			return err
		}
	}
	id, err := age.GenerateX25519Identity()
	if err == nil {
		err = errors.Join(w.Close(), os.WriteFile(filepath.Join(folder, "example.tar"), text.Bytes(), 0o600), os.WriteFile(filepath.Join(folder, "key.txt"), []byte(id.String()), 0o600))
	}
	return err
}

// begin makes an earlier run, for the commands that show one: of many runs only the last are kept.
func (d *desk) begin(t *testing.T) {
	t.Helper()
	runs := func() []string {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(d.folder), "state/djship/runs/*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	before := runs()
	if problem := d.problem(t, []string{"deploy", "example", "example.com"}); problem != "" {
		t.Fatal(problem)
	}
	begun := slices.DeleteFunc(runs(), func(run string) bool { return slices.Contains(before, run) })
	if len(begun) != 1 {
		t.Fatalf("the run has left %v", begun)
	}
	d.run = filepath.Base(begun[0])
}

// closedPort is a port of the loopback interface at which nobody listens as long as the test runs.
func closedPort(t *testing.T) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(socket) })
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(at.(*syscall.SockaddrInet4).Port)
}

// problem runs djship with these words and says what is wrong with them, "" if nothing is.
func (d *desk) problem(t *testing.T, words []string) string {
	t.Helper()
	words = slices.Clone(words)
	for i, word := range words {
		word = strings.ReplaceAll(word, ":2222", ":"+d.port)
		if stands := map[string]string{"PROJECT": "example", "DOMAIN": "example.com", "HOST": "web1", "FILE": "example.tar", "RUN": d.run, "NAME": "web1", "PATTERN": "web1", "COMMAND": "deploy", "LINES": "5", "TIME": "10m", "RELEASE": "20261126-101500-1a2b3c4"}[word]; stands != "" {
			word = stands
		}
		words[i] = word
	}
	if len(words) > 1 && slices.Contains(ofOneHost, words[0]) && !slices.Contains(words, "-l") {
		words = slices.Insert(words, 1, "-l", "web1")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.program, words...)
	cmd.Dir, cmd.Env = d.folder, d.env
	if words[0] == "config" {
		cmd.Stdin = strings.NewReader("a value\n")
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal to ask at
	var messages bytes.Buffer
	cmd.Stderr = &messages
	err := cmd.Run()
	status, want := cmd.ProcessState.ExitCode(), 0
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(contacting, w) }) && words[0] != "help" {
		want = 3
	}
	if status == want {
		return ""
	}
	return fmt.Sprintf("djship %s: status %d, want %d (%v)\n%s", strings.Join(words, " "), status, want, err, &messages)
}

// A command is what follows the program's name in a page.
type command struct {
	line  int
	words []string
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// commandsIn returns the command lines of djship's in a page: in blocks of code, and between the words, where a
// command alone is only its name.
func commandsIn(text string) []command {
	var all []command
	add := func(line int, script string) {
		for _, words := range simpleCommands(script) {
			if len(words) > 0 && (words[0] == "djship" || words[0] == "./djship") {
				all = append(all, command{line, words[1:]})
			}
		}
	}
	lines := strings.Split(text, "\n")
	kinds := lineKinds(lines)
	session := false // a block that shows what is typed behind a prompt, and what is printed
	for i, kind := range kinds {
		if kind == code && (i == 0 || kinds[i-1] == prose) {
			session = strings.HasPrefix(lines[i], "$ ")
		}
		line := strings.TrimPrefix(strings.TrimSpace(lines[i]), "- ")
		switch {
		case kind == code && session:
			if typed, ok := strings.CutPrefix(line, "$ "); ok {
				add(i+1, typed)
			}
		case kind == code:
			add(i+1, line)
		default:
			for _, span := range codeSpan.FindAllStringSubmatch(line, -1) {
				for _, form := range forms(strings.ReplaceAll(span[1], `\|`, "|")) {
					if words := strings.Fields(form); len(words) == 2 && words[0] == "djship" && words[1][0] != '-' {
						form = "djship help " + words[1]
					}
					add(i+1, form)
				}
			}
		}
	}
	return all
}

// Kinds of lines.
const (
	prose = iota // fences, too
	code
)

// lineKinds tells code, between fences or indented, from prose.
func lineKinds(lines []string) []int {
	kinds := make([]int, len(lines))
	fenced := false
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced, strings.HasPrefix(line, "    ") && (i == 0 || lines[i-1] == "" || kinds[i-1] == code):
			kinds[i] = code
		}
	}
	return kinds
}

// forms are what a synopsis stands for: [A | B] for A, for B and for nothing, a|b for a and for b.
func forms(synopsis string) []string {
	open := strings.Index(synopsis, " [")
	if open < 0 {
		before, choice, _ := strings.Cut(synopsis, "|")
		if choice == "" || strings.HasSuffix(before, " ") {
			return []string{synopsis}
		}
		at := strings.LastIndex(before, " ") + 1
		word, rest, more := strings.Cut(synopsis[at:], " ")
		var all []string
		for _, one := range strings.Split(word, "|") {
			form := before[:at] + one
			if more {
				form += " " + rest
			}
			all = append(all, forms(form)...)
		}
		return all
	}
	depth, end := 0, open+1
	for ; end < len(synopsis); end++ {
		depth += map[byte]int{'[': 1, ']': -1}[synopsis[end]]
		if depth == 0 {
			break
		}
	}
	if end == len(synopsis) {
		return []string{synopsis}
	}
	before, inside, after := synopsis[:open], synopsis[open+2:end], synopsis[end+1:]
	all := forms(before + after)
	for _, one := range strings.Split(inside, "|") {
		all = append(all, forms(before+" "+strings.TrimSpace(one)+after)...)
	}
	return all
}

// simpleCommands takes a line of shell apart: its commands, each in words, without redirections and remarks.
func simpleCommands(line string) [][]string {
	var all [][]string
	var words []string
	var word strings.Builder
	begun, target := false, false // a word; what a redirection names
	end := func() {
		if begun && !target {
			words = append(words, word.String())
		}
		target = target && !begun
		word.Reset()
		begun = false
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'' || c == '"':
			n := max(0, strings.IndexByte(line[i+1:], c))
			word.WriteString(line[i+1 : i+1+n])
			begun, i = true, i+1+n
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			begun = true
		case c == ' ':
			end()
		case c == '#' && !begun:
			i = len(line)
		case c == '<' || c == '>':
			end()
			target = true
		case strings.IndexByte("|&;()", c) >= 0:
			end()
			all, words, target = append(all, words), nil, false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	end()
	return append(all, words)
}
