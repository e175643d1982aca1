package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"djship/plain"
	"djship/steps/django"
)

// Contents are what is in a backup, as far as a restore needs it before it touches anything. All of it is the word of whoever wrote the file.
type Contents struct {
	About
	Major      int // of the PostgreSQL that the dump is of
	Encoding   string
	Collate    string
	Extensions []string
	Tables     map[string]int64 // their rows
	Rows       int64
	Dump       int64            // bytes
	DumpSum    string           // their SHA-256
	Comes      []string         // names in the home that take the place of those of a site, in order
	Sizes      map[string]int64 // of these, in bytes
	Files      int              // in them
	Stays      []string         // other names in the home of the backup, and such as are links
	Config     string           // the file of what `djship config` had set
	found      bool             // there is a dump
}

// restored are the names in a home that come back. What a deploy makes, and passwords of this host's database, are not among them.
func restored(project string) []string {
	return []string{"media", "shared", project, ".django_secret_key", "local_env.sh"}
}

// Size is how many bytes the files have that come.
func (c *Contents) Size() (all int64) {
	for _, n := range c.Sizes {
		all += n
	}
	return all
}

// isSecret tells whether a name in a home is that of a file which nobody but the account reads.
func isSecret(name string) bool { return name == ".django_secret_key" || name == "local_env.sh" }

// Examine reads a backup whole, and tells what is in it.
func Examine(r io.Reader) (*Contents, error) {
	c := &Contents{Tables: map[string]int64{}, Sizes: map[string]int64{}}
	names := map[string]byte{} // those in the home, with what they are
	var err error
	if c.About, err = Read(r, func(name string, h *tar.Header, content io.Reader) error { return c.see(name, h, content, names) }); err != nil {
		return nil, err
	}
	if !c.found || c.Major == 0 {
		return nil, errors.New("it has no database")
	}
	if !django.ProjectPattern.MatchString(c.Project) {
		return nil, fmt.Errorf("it is of %.100q, which is no name of a project", c.Project)
	}
	for _, name := range restored(c.Project) {
		kind, has := names[name]
		delete(names, name)
		want := byte(tar.TypeDir)
		if isSecret(name) {
			want = tar.TypeReg
		}
		switch {
		case has && kind == want:
			c.Comes = append(c.Comes, name)
		case has:
			c.Stays = append(c.Stays, name)
		}
	}
	for name := range names {
		c.Stays = append(c.Stays, plain.Line(name))
	}
	slices.Sort(c.Stays)
	return c, nil
}

// see notes a member.
func (c *Contents) see(name string, h *tar.Header, content io.Reader, names map[string]byte) (err error) {
	config := nameSystem + "/" + strings.TrimPrefix(django.Site{Project: c.Project}.Layout().Config, "/") + "/env"
	switch {
	case name == nameAbout: // which comes first; it is read as Read reads it
		var text string
		if text, err = shortText(name, content); err == nil {
			err = json.Unmarshal([]byte(text), &c.About)
		}
	case name == nameRows:
		return c.database(content)
	case name == nameDump:
		sum := sha256.New()
		_, err = io.Copy(sum, content)
		c.Dump, c.DumpSum, c.found = h.Size, hex.EncodeToString(sum.Sum(nil)), true
	case name == config && content != nil:
		c.Config, err = shortText(name, content)
	case strings.HasPrefix(name, nameHome+"/"):
		top, _, below := strings.Cut(strings.TrimPrefix(name, nameHome+"/"), "/")
		if !below && len(names) < 1000 {
			names[top] = h.Typeflag
		}
		c.Sizes[top] += h.Size
		if slices.Contains(restored(c.Project), top) {
			c.Files++
		} else {
			delete(c.Sizes, top)
		}
	}
	return err
}

// shortText is a member of djship's own.
func shortText(name string, content io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(content, mostOwnText+1))
	if err == nil && len(text) > mostOwnText {
		err = fmt.Errorf("%s is too long", name)
	}
	return string(text), err
}

// extensionForm is what an extension may be called that is named to a host.
var extensionForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$`)

// database reads what is known of the database.
func (c *Contents) database(content io.Reader) error {
	text, err := shortText(nameRows, content)
	if err != nil {
		return err
	}
	for line := range strings.Lines(text) {
		var row told
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return fmt.Errorf("its %s is not understood", nameRows)
		}
		switch {
		case row.Table != "":
			c.Tables[row.Table] = row.Rows
			c.Rows += row.Rows
		case row.Extension != "" && !extensionForm.MatchString(row.Extension):
			return fmt.Errorf("its database has an extension %.100q, whose name is not understood", row.Extension)
		case row.Extension != "":
			c.Extensions = append(c.Extensions, row.Extension)
		default:
			number, _ := strconv.Atoi(row.Version)
			c.Major, c.Encoding, c.Collate = number/10000, plain.Line(row.Encoding), plain.Line(row.Collate)
		}
	}
	return nil
}

// differs says of which table a database has other rows; "" where it has what the backup says.
func (c *Contents) differs(text string) (string, error) {
	has := map[string]int64{}
	for line := range strings.Lines(text) {
		var row told
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.Table == "" {
			return "", errNotUnderstood
		}
		has[row.Table] = row.Rows
	}
	for table, want := range c.Tables {
		if n, ok := has[table]; !ok || n != want {
			return fmt.Sprintf("%s has %d rows, and the backup %d", plain.Line(table), n, want), nil
		}
	}
	return "", nil
}

// ReadConfig reads the file of what `djship config` has set, of which each line is "export NAME='VALUE'", as configvalues.pl does: names and values, in order.
func ReadConfig(text string) (values [][2]string, err error) {
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		name, _, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if !ok || !strings.HasPrefix(line, "export "+name+"='") {
			text = rest
			continue
		}
		text = text[len("export ")+len(name)+1:]
		var value strings.Builder
		for text != "" && text[0] != '\n' {
			switch {
			case strings.HasPrefix(text, `\'`):
				value.WriteByte('\'')
				text = text[2:]
			case text[0] == '\'' && strings.Contains(text[1:], "'"):
				part, after, _ := strings.Cut(text[1:], "'")
				value.WriteString(part)
				text = after
			default:
				return nil, fmt.Errorf("the value of %.100q is not understood", name)
			}
		}
		text = strings.TrimPrefix(text, "\n")
		values = append(values, [2]string{name, value.String()})
	}
	return values, nil
}
