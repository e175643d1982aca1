package backup

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// backupOf is an archive as Take writes it, of members in turn.
func backupOf(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, "example-1", time.Unix(1e9, 0))
	var all []error
	for i := 0; i < len(members); i += 2 {
		all = append(all, w.text(members[i], members[i+1]))
	}
	all = append(all, w.head(&tar.Header{Name: "home/media", Mode: 0o755}, owner{1000, "example"}, tar.TypeDir), w.head(&tar.Header{Name: "home/example", Mode: 0o755}, owner{1000, "example"}, tar.TypeDir), w.head(&tar.Header{Name: "home/shared", Linkname: "/mnt"}, owner{1000, "example"}, tar.TypeSymlink))
	if err := errors.Join(append(all, w.Close())...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const rowsText = `{"version": "130022", "encoding": "UTF8", "collate": "de_DE.UTF-8"}
{"extension": "postgis", "version": "3.3"}
{"table": "public.shop_thing", "rows": 3}
`

// What is in a backup is known before anything is touched; it is the word of whoever wrote the file.
func TestExamine(t *testing.T) {
	t.Parallel()
	whole := backupOf(t, nameAbout, about, nameRows, rowsText, nameDump, "a dump", "home/.django_secret_key", "key", "home/.django_db_password", "old", "home/media/a", "12345", "home/example/manage.py", "", "home/notes", "mine",
		"system/webapps/.sites/example/config/env", "# by djship\nexport A='1'\nexport B='it'\\''s\ntwo'\n[ -e x ] || export C=1\n")
	c, err := Examine(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	if c.Major != 13 || c.Rows != 3 || c.Tables["public.shop_thing"] != 3 || c.Dump != 6 || c.Collate != "de_DE.UTF-8" || !slices.Equal(c.Extensions, []string{"postgis"}) || c.Files != 6 || c.Sizes["media"] != 5 {
		t.Errorf("%+v", c)
	}
	if want := []string{"media", "example", ".django_secret_key"}; !slices.Equal(c.Comes, want) {
		t.Errorf("comes %q, want %q", c.Comes, want)
	}
	if want := []string{".django_db_password", "notes", "shared"}; !slices.Equal(c.Stays, want) { // shared is a link
		t.Errorf("stays %q, want %q", c.Stays, want)
	}
	values, err := ReadConfig(c.Config)
	if err != nil || !slices.Equal(values, [][2]string{{"A", "1"}, {"B", "it's\ntwo"}}) {
		t.Errorf("%q, %v", values, err)
	}
	for has, want := range map[string]string{
		`{"table": "public.shop_thing", "rows": 3}` + "\n": "",
		`{"table": "public.shop_thing", "rows": 2}` + "\n": "public.shop_thing has 2 rows, and the backup 3",
		"": "public.shop_thing has 0 rows, and the backup 3",
	} {
		if got, err := c.differs(has); got != want || err != nil {
			t.Errorf("%q: %q, %v", has, got, err)
		}
	}
	for name, members := range map[string][]string{
		"it has no database":           {nameAbout, about},
		"is no name of a project":      {nameAbout, `{"format": 1, "project": "../etc"}`, nameRows, rowsText, nameDump, ""},
		"whose name is not understood": {nameAbout, about, nameRows, `{"extension": "a\"; drop"}`, nameDump, ""},
	} {
		if _, err := Examine(bytes.NewReader(backupOf(t, members...))); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for at := 0; at < len(whole); at += 512 {
		if _, err := Examine(bytes.NewReader(whole[:at])); err == nil {
			t.Fatalf("%d of %d bytes pass for a backup", at, len(whole))
		}
	}
}

// What stands in the way is said before anything is touched, with what to do.
func TestObjections(t *testing.T) {
	t.Parallel()
	c := &Contents{About: About{Project: "example", Domain: "old.org", Release: "r1"}, Major: 15, Encoding: "UTF8", Collate: "C", Extensions: []string{"citext", "postgis"}, Dump: 1 << 30, Sizes: map[string]int64{"media": 1 << 30}, Stays: []string{"notes"}}
	right := func() *Target {
		return &Target{Domain: "example.com", known: true, cluster: "15/main", state: "ready", owned: true, encoding: "UTF8", collate: "C.UTF-8", offered: map[string]bool{"citext": true, "postgis": false}, has: []string{"postgis"},
			free: map[string]room{"home": {"/", 10 << 30}, "spool": {"/", 10 << 30}, "data": {"/", 10 << 30}}}
	}
	for want, wrong := range map[string]func(*Target){
		"":                                                  func(*Target) {},
		"the host has no site example":                      func(t *Target) { t.known = false },
		"the removal of example has begun":                  func(t *Target) { t.removing = true },
		"PostgreSQL does not run":                           func(t *Target) { t.state = "down" },
		"the database of example can't be used":             func(t *Target) { t.owned = false },
		"the database of example is at db.org":              func(t *Target) { t.away = "db.org" },
		"the dump is of PostgreSQL 15, and the host has 13": func(t *Target) { t.cluster = "13/main" },
		"the host has no extension postgis":                 func(t *Target) { delete(t.offered, "postgis") },
		"which only a superuser may make":                   func(t *Target) { t.has = nil },
		"media is a link":                                   func(t *Target) { t.aside = []string{"media is a link"} },
		"there is no room for files and the dump and the database: about 5.2 GiB are needed at /, and 5.0 GiB are free": func(t *Target) {
			t.free = map[string]room{"home": {"/", 5 << 30}, "spool": {"/", 5 << 30}, "data": {"/", 5 << 30}}
		},
		"there is no room for the dump: ": func(t *Target) { t.free["spool"] = room{"/var/tmp", 5} },
	} {
		target := right()
		wrong(target)
		err := c.Objections(target)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("want %q: %v", want, err)
		}
		var hint *Refusal
		if err != nil && (!errors.As(err, &hint) || hint.Hint() == "") {
			t.Errorf("%v has no hint", err)
		}
	}
	said := strings.Join(c.Differences(right()), "\n")
	for _, want := range []string{"it is of old.org", "was sorted by C, and is by C.UTF-8 here", "djship push example", "not brought back from its home: notes"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
}

// age's identities open a backup, and private keys of SSH, with a passphrase, too; others are told from damage.
func TestOpen(t *testing.T) {
	t.Parallel()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte("open"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := agessh.NewEd25519Recipient(public)
	if err != nil {
		t.Fatal(err)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	seal := func(to age.Recipient) []byte {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, to)
		if err == nil {
			_, err = io.WriteString(w, "whole")
		}
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		sealed []byte
		by     []byte
		want   string
	}{
		{"plain", []byte("whole"), nil, ""}, {"age", seal(id.Recipient()), []byte("# mine\n" + id.String() + "\n"), ""},
		{"ssh", seal(to), pem.EncodeToMemory(plain), ""}, {"ssh with a passphrase", seal(to), pem.EncodeToMemory(locked), ""},
		{"none", seal(to), nil, ErrSealed.Error()}, {"another", seal(to), []byte(other.String()), "none of the identities opens it"}, {"damage", seal(to)[:40], pem.EncodeToMemory(plain), "it can't be decrypted"},
	} {
		var by []age.Identity
		if c.by != nil {
			if by, err = ReadIdentities(c.by, func() ([]byte, error) { return []byte("open"), nil }); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		r, err := Open(bytes.NewReader(c.sealed), by)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: want %q: %v", c.name, c.want, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if text, err := io.ReadAll(r); string(text) != "whole" || err != nil {
			t.Errorf("%s: %q, %v", c.name, text, err)
		}
	}
}
