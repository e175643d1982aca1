package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"djship/secret"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func TestBecomeCommand(t *testing.T) {
	m := newMarks()
	const run = `'printf "djship-ready-%s\n" "$1";PATH=/usr/sbin:/usr/bin:/sbin:/bin;djship="$(timeout --foreground 15 head -c 4321|gzip -dc)"&&eval "$djship"' sh `
	at := func(method string) string {
		return "exec /bin/sh -c 'LC_ALL=C;export LC_ALL;test -x /usr/bin/" + method + "&&exec /usr/bin/" + method + " \"$@\";exec " + method + " \"$@\"' " + method
	}
	password := secret.New("s3ntinel")
	for _, test := range []struct {
		become Become
		want   string
	}{
		{Become{}, "exec /bin/sh -c " + run},
		{Become{Method: "sudo"}, at("sudo") + " -H -n -u root -- /bin/sh -c " + run},
		{Become{Method: "sudo", Password: password}, at("sudo") + " -H -S -p %%" + m.prompt + " -u root -- /bin/sh -c " + run},
		{Become{Method: "sudo", User: "www-data", Flags: " -E  --role=a:b", Exe: "/opt/sudo"},
			"exec env LC_ALL=C /opt/sudo -H -n -E --role=a:b -u www-data -- /bin/sh -c " + run},
		{Become{Method: "sudo", Flags: "-C #3"}, at("sudo") + " -H -n -C '#3' -u root -- /bin/sh -c " + run},
		{Become{Method: "su", Flags: "-p"}, at("su") + " -p -s /bin/sh root -c " + run},
		{Become{Method: "doas"}, at("doas") + " -n -u root -- /bin/sh -c " + run},
		{Become{Method: "doas", Password: password}, at("doas") + " -u root -- /bin/sh -c " + run},
		{Become{Method: "runas"}, ""},
		{Become{Method: "sudo", User: "a b"}, ""},
		{Become{Method: "sudo", User: "$(id)"}, ""},
		{Become{Method: "sudo", Exe: "/opt/x;y"}, ""},
		{Become{Method: "sudo", Flags: "-p 'x'"}, ""},
		{Become{Method: "sudo", Flags: "`id`"}, ""},
		{Become{Method: "sudo", Flags: "a!b"}, ""},
	} {
		got, err := test.become.command(m, loader, 4321)
		if test.want == "" {
			if err == nil {
				t.Errorf("%+v gives %q, want an error", test.become, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", test.become, err)
		}
		if want := "echo " + m.shell + ";" + test.want + m.ready; got != want {
			t.Errorf("%+v gives\n%s, want\n%s", test.become, got, want)
		}
	}
}

// TestClassify has what sudo, sudo-rs, su and doas say.
func TestClassify(t *testing.T) {
	with := secret.New("x")
	for _, test := range []struct {
		method   string
		password secret.Value
		said     string
		status   int
		want     BecomeKind
	}{
		{"sudo", secret.Value{}, "sudo: a password is required", 1, BecomePasswordNeeded},
		{"sudo", secret.Value{}, "sudo: interactive authentication is required", 1, BecomePasswordNeeded},
		{"sudo", secret.Value{}, "sudo: sorry, you must have a tty to run sudo", 1, BecomeNoTTY},
		{"sudo", secret.Value{}, "sudo: Authentication failed, your account is not allowed to access the system", 1, BecomeNotPermitted},
		{"sudo", with, "x is not in the sudoers file.\nThis incident has been reported.", 1, BecomeNotPermitted},
		{"sudo", with, "sudo: I'm sorry dev. I'm afraid I can't do that", 1, BecomeNotPermitted},
		{"sudo", with, "Sorry, user dev may not run sudo on box.", 1, BecomeNotPermitted},
		{"sudo", with, "sudo: 1 incorrect password attempt", 1, BecomeWrongPassword},
		{"sudo", with, "sudo: maximum 3 incorrect authentication attempts", 1, BecomeWrongPassword},
		{"sudo", secret.Value{}, "env: 'sudo': No such file or directory", 127, BecomeMissing},
		{"sudo", secret.Value{}, "sudo: unable to open /etc/sudoers: No such file or directory", 1, BecomeNotPermitted},
		{"su", with, "su: Authentication failure", 1, BecomeWrongPassword},
		{"su", secret.Value{}, "su: must be run from a terminal", 1, BecomeNoTTY},
		{"su", secret.Value{}, "su: Permission denied", 1, BecomeNotPermitted},
		{"doas", secret.Value{}, "doas: Authentication required", 1, BecomePasswordNeeded},
		{"doas", with, "doas: Authentication failed", 1, BecomeWrongPassword},
		{"doas", with, "doas: a tty is required", 1, BecomeNoTTY},
		{"doas", secret.Value{}, "doas: Operation not permitted", 1, BecomeNotPermitted},
	} {
		if got := (Become{Method: test.method, Password: test.password}).classify(test.said, test.status); got != test.want {
			t.Errorf("%s (password %v) says %q: %q, want %q", test.method, test.password.IsSet(), test.said, got, test.want)
		}
	}
}

func TestMatchKnown(t *testing.T) {
	for _, test := range []struct {
		names, host string
		want        bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"a,b", "b", true}, {"A.Example", "a.example", true},
		{"*", "anything", true}, {"*.example", "a.example", true}, {"*.example", "example", false},
		{"a?c", "abc", true}, {"a?c", "ac", false}, {"?", "", false}, {"*", "", true},
		{"*,!a", "a", false}, {"*,!a", "b", true}, {"!a", "b", false}, {"a*b*c", "aXbYbZc", true},
		{"[a]:2222", "[a]:2222", true}, {"[a]:*", "[a]:2222", true}, {"a", "[a]:2222", false},
		{"|1|AAAA|AAAA", "a", false}, {"|1|", "a", false}, {"|2|x|y", "a", false},
	} {
		if got := matchKnown(test.names, test.host); got != test.want {
			t.Errorf("%q means %q: %v, want %v", test.names, test.host, got, test.want)
		}
	}
}

func TestKnownName(t *testing.T) {
	for _, test := range []struct {
		ep   Endpoint
		want string
	}{
		{Endpoint{Addr: "Web1.Example"}, "web1.example"},
		{Endpoint{Addr: "web1", Port: 22}, "web1"},
		{Endpoint{Addr: "web1", Port: 2222}, "[web1]:2222"},
		{Endpoint{Addr: "::1"}, "::1"},
		{Endpoint{Addr: "::1", Port: 2222}, "[::1]:2222"},
		{Endpoint{Addr: "[::1]", Port: 2222}, "[::1]:2222"},
		{Endpoint{Addr: "web1", Port: 2222, HostKeyAlias: "Alias"}, "alias"},
	} {
		if got := knownName(test.ep); got != test.want {
			t.Errorf("%+v is %q, want %q", test.ep, got, test.want)
		}
	}
}

func TestDelaysPackets(t *testing.T) {
	for version, want := range map[string]bool{
		"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7": true, "SSH-2.0-OpenSSH_8.4p1": true, "SSH-2.0-OpenSSH_10.0p2": true,
		"SSH-2.0-OpenSSH_10.1": false, "SSH-2.0-OpenSSH_10.2p1 Ubuntu": false, "SSH-2.0-dropbear": false, "SSH-2.0-OpenSSH_": false,
	} {
		if got := delaysPackets(version); got != want {
			t.Errorf("%s: %v, want %v", version, got, want)
		}
	}
}

// TestTTYWriter has a terminal's line discipline, in a few lines, read what is typed.
func TestTTYWriter(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for name, text := range map[string]string{
		"nothing": "", "line": "a\n", "no newline": "a", "every byte": string(all), "long line": strings.Repeat("x", 5000),
		"just a full line": strings.Repeat("x", maxLine), "ends of input": "\x04\x04\n\x04",
	} {
		var typed closableBuffer
		w := &ttyWriter{to: &typed}
		for part := range slices.Chunk([]byte(text), 700) {
			if _, err := w.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		_ = w.Close()
		got, ended := readTTY(t, typed.Bytes())
		if got != text || !ended {
			t.Errorf("%s: read %d bytes, ended %v, want %d", name, len(got), ended, len(text))
		}
	}
}

type closableBuffer struct{ bytes.Buffer }

func (*closableBuffer) Close() error { return nil }

func readTTY(t *testing.T, typed []byte) (text string, ended bool) {
	t.Helper()
	var out, line []byte
	for i := 0; i < len(typed); i++ {
		switch c := typed[i]; c {
		case ctrlNext:
			i++
			line = append(line, typed[i])
		case ctrlEOF:
			if len(line) == 0 {
				return string(out), i == len(typed)-1
			}
			out, line = append(out, line...), nil
		case '\n':
			out, line = append(append(out, line...), c), nil
		default:
			if c < ' ' || c == del {
				t.Errorf("typed a bare %#x", c)
			}
			line = append(line, c)
		}
		if len(line) > 4095 {
			t.Fatal("a line longer than a terminal takes")
		}
	}
	return string(out), false
}

func TestSecretShowsNowhere(t *testing.T) {
	const value = "s3ntinel"
	ep := Endpoint{Password: secret.New(value), Become: Become{Password: secret.New(value)}}
	j, err := json.Marshal(ep)
	if err != nil {
		t.Fatal(err)
	}
	y, err := yaml.Marshal(ep)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(j), string(y), fmt.Sprint(ep), fmt.Sprintf("%+v %#v %q %x", ep, ep, ep.Password, ep.Password), fmt.Sprint(&ep)} {
		if strings.Contains(shown, value) || strings.Contains(shown, fmt.Sprintf("%x", value)) {
			t.Errorf("the secret shows in %s", shown)
		}
	}
}

// FuzzBeforeTheScript has anything at all printed before a script begins, in pieces of any size:
// what comes after is the script's, to the byte.
func FuzzBeforeTheScript(f *testing.F) {
	f.Add([]byte("banner\n"), []byte("output"), 7, "sudo")
	f.Add([]byte("djship-begun-"), []byte("djship-begun-"), 1, "")
	f.Add([]byte("[sudo: %%djship-prompt-] Password: "), []byte("\n"), 3, "su")
	f.Add(bytes.Repeat([]byte{'\n'}, 5000), []byte{}, 1000, "doas")
	f.Fuzz(func(t *testing.T, before, after []byte, size int, method string) {
		m := newMarks()
		if bytes.Contains(before, []byte(begunPrefix+m.begun)) {
			t.Skip("it has guessed the mark")
		}
		s := &start{conn: &Conn{ep: Endpoint{Become: Become{Method: method}}}, marks: m}
		stream := append(append(bytes.Clone(before), begunPrefix+m.begun+"\n"...), after...)
		signs, done := make(chan sign), make(chan struct{})
		defer close(done)
		go s.scan(&pieces{stream, max(size, 1)}, io.Discard, signs, done)
		for got := range signs {
			switch got.kind {
			case sawEnd:
				t.Fatal("the beginning was missed")
			case sawBegun:
				rest, err := io.ReadAll(got.rest)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(after), string(rest)); diff != "" {
					t.Fatalf("the script's output (-want +got):\n%s", diff)
				}
				return
			}
		}
	})
}

// pieces reads size bytes at a time.
type pieces struct {
	left []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.left[:min(p.size, len(p.left))])
	p.left = p.left[n:]
	return n, nil
}

// TestScanByteByByte finds every mark in a stream that comes in single bytes.
func TestScanByteByByte(t *testing.T) {
	m := newMarks()
	s := &start{conn: &Conn{ep: Endpoint{Become: Become{Method: "sudo"}}}, marks: m}
	stream := "hi" + m.shell + "\nlecture\n%" + m.prompt + "Sorry, try again.\n%" + m.prompt + readyPrefix + m.ready + "\n" + begunPrefix + m.begun + "\nrest"
	signs, done := make(chan sign, 8), make(chan struct{})
	defer close(done)
	s.scan(iotest.OneByteReader(strings.NewReader(stream)), io.Discard, signs, done)
	for _, want := range []signKind{sawShell, sawPrompt, sawPrompt, sawReady, sawBegun} {
		if got := <-signs; got.kind != want {
			t.Errorf("saw %v, want %v", got.kind, want)
		}
	}
}

// TestSentence has hosts try to paint on the screen.
func TestSentence(t *testing.T) {
	evil := "\x1b[2J\x1b]0;title\x07one\r\ntwo\u202e\u0085"
	for _, err := range []error{
		&UnreachableError{Addr: "a:1", Err: errors.New(evil)}, &AuthError{Addr: "a:1", User: "u", Err: errors.New(evil)},
		&BecomeError{User: "u", Method: "sudo", Target: "root", Kind: BecomeNotPermitted, Output: evil}, &LoginShellError{User: "u", Output: evil},
		&LostError{Err: errors.New(evil)}, &ForwardError{Err: errors.New(evil)}, &UploadError{Path: "/x", Err: errors.New(evil)},
		&SessionError{Err: errors.New(evil)}, &HostKeyError{Err: errors.New(evil)},
	} {
		if got := err.Error(); !strings.HasSuffix(got, "[2J]0;titleone; two") {
			t.Errorf("%T says %q", err, got)
		}
	}
}
