package sshconfig

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
	"djship/remote"
	"djship/secret"

	"github.com/google/go-cmp/cmp"
)

// sshQuestion is one case of testdata/sshconfig.txt: hosts are asked as [user@]host[:port].
type sshQuestion struct {
	*inventorytest.Case
	config string
}

func sshQuestions(t *testing.T) []sshQuestion {
	t.Helper()
	var all []sshQuestion
	for _, q := range inventorytest.Cases(t, "testdata/sshconfig.txt") {
		q.WriteFiles(t)
		for name, text := range q.Files {
			inventorytest.Write(t, q.Dir, name, strings.ReplaceAll(text, "@DIR@", q.Dir))
		}
		all = append(all, sshQuestion{q, filepath.Join(q.Dir, q.Sources[0])})
	}
	return all
}

// loginOf resolves what a question asks with a configuration.
func loginOf(t *testing.T, c *Config, ask string) (Login, error) {
	t.Helper()
	q, err := parseJump(ask)
	if err != nil {
		q = hostQuery{host: ask}
	}
	s := Settings{}
	if q.user != "" {
		s.Set("user", "-u", q.user)
	}
	if q.port != "" {
		s.Set("port", "-p", q.port)
	}
	return c.Resolve(q.host, q.host, s, Settings{})
}

func endpointOf(t *testing.T, c *Config, ask string) (remote.Endpoint, error) {
	t.Helper()
	login, err := loginOf(t, c, ask)
	return login.Endpoint, err
}

// askSSH runs ssh for a question and returns what it prints; nil where it refuses.
func askSSH(t *testing.T, config, ask string, args ...string) []byte {
	t.Helper()
	q, err := parseJump(ask)
	if err != nil {
		q = hostQuery{host: ask}
	}
	args = append([]string{"-T", "-F", config}, args...)
	if q.user != "" {
		args = append(args, "-l", q.user)
	}
	if q.port != "" {
		args = append(args, "-p", q.port)
	}
	var out, messages bytes.Buffer
	cmd := exec.Command("ssh", append(args, "--", q.host)...)
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil && out.Len() == 0 && !bytes.Contains(messages.Bytes(), []byte("identity file")) {
		return nil
	}
	return append(out.Bytes(), messages.Bytes()...)
}

// view is the part of an endpoint that ssh -G prints, in its words.
func view(ep remote.Endpoint) map[string]string {
	strict := map[remote.StrictHostKey]string{remote.StrictAsk: "ask", remote.StrictAcceptNew: "accept-new", remote.StrictYes: "true", remote.StrictNo: "false"}
	v := map[string]string{
		"hostname": ep.Addr, "port": strconv.Itoa(ep.Port), "user": ep.User,
		"identitiesonly":        map[bool]string{true: "yes", false: "no"}[ep.IdentitiesOnly],
		"stricthostkeychecking": strict[ep.StrictHostKey],
		"serveraliveinterval":   strconv.Itoa(int(ep.ServerAliveInterval.Seconds())),
		"serveralivecountmax":   strconv.Itoa(ep.ServerAliveCountMax),
		"connecttimeout":        "none",
	}
	if ep.ConnectTimeout > 0 {
		v["connecttimeout"] = strconv.Itoa(int(ep.ConnectTimeout.Seconds()))
	}
	if ep.HostKeyAlias != "" {
		v["hostkeyalias"] = ep.HostKeyAlias
	}
	if len(ep.KnownHosts) > 0 {
		v["userknownhostsfile"] = strings.Join(ep.KnownHosts, " ")
	}
	if len(ep.GlobalKnownHosts) > 0 {
		v["globalknownhostsfile"] = strings.Join(ep.GlobalKnownHosts, " ")
	}
	return v
}

// printed is the same part of what ssh -G prints.
func printed(out []byte, keys map[string]string) map[string]string {
	v := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, ok := keys[key]; ok && value != "none" || key == "connecttimeout" {
			v[key] = value
		}
	}
	return v
}

var identityLine = regexp.MustCompile(`(?m)^debug1: identity file (\S.*) type -?[0-9]+\r?$`)

// identities are the key files that ssh -v says it tries, without the certificates that it looks
// for beside each.
func identities(out []byte) []string {
	var files []string
	for _, m := range identityLine.FindAllSubmatch(out, -1) {
		if f := strings.ReplaceAll(string(m[1]), `\\`, `\`); !strings.HasSuffix(f, "-cert") {
			files = append(files, f)
		}
	}
	return files
}

// TestAgainstSSH compares endpoints with what ssh itself makes of a configuration: with ssh -G, and
// for keys, whose tokens that leaves, with ssh -v.
func TestAgainstSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		inventorytest.CannotRun(t, "there is no ssh to compare with")
	}
	configs, compared := 0, 0
	for _, q := range sshQuestions(t) {
		configs++
		t.Run(q.Name, func(t *testing.T) {
			t.Chdir(q.Dir)
			t.Setenv("FOLDER_OF_THE_TEST", q.Dir)
			for _, ask := range q.Patterns {
				compared++
				q.compareWithSSH(t, ask)
			}
		})
	}
	if configs < 60 {
		t.Errorf("%d configurations: expected 60", configs)
	}
	t.Logf("%d configurations, %d questions", configs, compared)
}

func (q sshQuestion) compareWithSSH(t *testing.T, ask string) {
	t.Helper()
	c, err := Open(q.config)
	if err != nil {
		t.Fatal(err)
	}
	ep, err := endpointOf(t, c, ask)
	out := askSSH(t, q.config, ask, "-G")
	if out == nil {
		if err == nil {
			t.Errorf("%s: ssh refuses and djship does not", ask)
		}
		return
	}
	if err != nil {
		if !strings.Contains(q.Name, "refused") {
			t.Errorf("%s: %v", ask, err)
		}
		return
	}
	got := view(ep)
	if diff := cmp.Diff(printed(out, got), got); diff != "" {
		t.Errorf("%s (-ssh +djship):\n%s", ask, diff)
	}
	want := identities(askSSH(t, q.config, ask, "-v", "-o", "BatchMode=yes", "-o", "ProxyCommand=false"))
	if strings.Contains(string(out), "identityfile ~/.ssh/id_rsa\n") {
		return // the default keys, of which each version of ssh has its own
	}
	for i, file := range want {
		want[i] = Absolute(file, "")
	}
	if diff := cmp.Diff(want, ep.IdentityFiles); diff != "" {
		t.Errorf("%s: keys (-ssh +djship):\n%s", ask, diff)
	}
}

// onlySSH is what is refused where there is no ssh program, as SSH_CONFIG.md has it.
var onlySSH = regexp.MustCompile(`Match with a condition|CanonicalizeHostname|changes a list`)

// TestWithoutSSH compares what is read without the ssh program with what the program says: a file
// means the same, or is refused for what only the program can follow.
func TestWithoutSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		inventorytest.CannotRun(t, "there is no ssh to compare with")
	}
	same, refused := 0, 0
	for _, q := range sshQuestions(t) {
		t.Run(q.Name, func(t *testing.T) {
			t.Chdir(q.Dir)
			t.Setenv("FOLDER_OF_THE_TEST", q.Dir)
			with, err := Open(q.config)
			if err != nil {
				t.Fatal(err)
			}
			path := os.Getenv("PATH")
			t.Setenv("PATH", "")
			without, openErr := Open(q.config)
			t.Setenv("PATH", path)
			for _, ask := range q.Patterns {
				got, err := remote.Endpoint{}, openErr
				if openErr == nil {
					got, err = endpointOf(t, without, ask)
				}
				if err != nil {
					refused++
					if _, withErr := endpointOf(t, with, ask); withErr == nil && !onlySSH.MatchString(err.Error()) {
						t.Errorf("%s: %v, though the program reads it", ask, err)
					}
					var hint interface{ Hint() string }
					if !errors.As(err, &hint) {
						t.Errorf("%s: %v has no hint", ask, err)
					}
					continue
				}
				same++
				want, err := endpointOf(t, with, ask)
				if err != nil {
					t.Errorf("%s: the program says %v, without it nothing is said", ask, err)
					continue
				}
				if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b secret.Value) bool { return a.Reveal() == b.Reveal() })); diff != "" {
					t.Errorf("%s (-with +without):\n%s", ask, diff)
				}
			}
		})
	}
	t.Logf("%d endpoints the same, %d refused", same, refused)
}

var proxyLine = regexp.MustCompile(`(?m)^debug1: Executing proxy command: exec \S*ssh (?:-l (\S+) )?(?:-p (\d+) )?(?:-J (\S+) )?-F \S+ -v -W '\S+' (\S+)\r?$`)

// TestJumpsAgainstSSH compares the hosts of a ProxyJump with those that ssh -v goes through.
func TestJumpsAgainstSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		inventorytest.CannotRun(t, "there is no ssh to compare with")
	}
	compared := 0
	for _, q := range sshQuestions(t) {
		for _, ask := range q.Patterns {
			t.Run(q.Name+" "+ask, func(t *testing.T) {
				c, err := Open(q.config)
				if err != nil {
					t.Fatal(err)
				}
				login, err := loginOf(t, c, ask)
				jump := strings.Join(login.Shown["proxyjump"], ",")
				if jump == "" || err != nil {
					return
				}
				m := proxyLine.FindStringSubmatch(string(askSSH(t, q.config, ask, "-v", "-o", "BatchMode=yes", "-o", "ConnectTimeout=1")))
				if m == nil {
					t.Fatalf("ssh goes through nothing, djship through %s", jump)
				}
				compared++
				want := strings.TrimPrefix(m[3]+","+hostQuery{strings.Trim(m[4], "[]"), m[1], m[2]}.String(), ",")
				if want != jump {
					t.Errorf("ssh goes through %s, djship through %s", want, jump)
				}
			})
		}
	}
	if compared < 10 {
		t.Errorf("%d compared: expected 10", compared)
	}
}
