package project

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// from reads files of a map.
func from(files map[string]string) func(string) (string, error) {
	return func(name string) (string, error) {
		text, is := files[name]
		if !is {
			return "", &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
		}
		return text, nil
	}
}

func needs(t *testing.T, files map[string]string, root string, want Requirements) *Needs {
	t.Helper()
	n, err := ReadNeeds("tree", from(files), root, want)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNeedsOfRequirements(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		root  string
		said  Requirements
		want  Needs
		notes []string
	}{
		{name: "plain", files: map[string]string{"requirements.txt": "# packages\r\ndjango<5 # the web\r\n\r\nrequests[socks]==2 ; python_version < \"3.12\"\n"},
			want: Needs{Path: "requirements.txt", Wanted: "django<5\nrequests[socks]==2 ; python_version < \"3.12\"\n"}},
		{name: "with others in it", files: map[string]string{"requirements/production.txt": "-r base.txt\n-cpins.txt\ngunicorn\n", "requirements/base.txt": "--requirement=../more.txt\ndjango\n", "more.txt": "a\n-r requirements/base.txt",
			"requirements/pins.txt": "django==4.2\n-r extra.txt\n", "requirements/extra.txt": "a==1"},
			want: Needs{Path: "requirements/production.txt", Wanted: "a\ndjango\ngunicorn\n", Pinned: "django==4.2\na==1\n"}},
		{name: "hashes", files: map[string]string{"requirements.txt": "django==4.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"},
			want: Needs{Path: "requirements.txt", Wanted: "django==4.2 --hash=sha256:aa --hash=sha256:bb\n", Hashed: true}},
		{name: "addresses", files: map[string]string{"requirements.txt": "-e git+https://example.com/a.git@1#egg=a&subdirectory=b\nc @ https://u:p@example.com/c.whl\n"},
			want: Needs{Path: "requirements.txt", Wanted: "git+https://example.com/a.git@1#egg=a&subdirectory=b\nc @ https://u:p@example.com/c.whl\n"}},
		{name: "its own files", root: "app", files: map[string]string{"app/requirements.txt": "-e .\n./lib\nx @ file:../y\nwheels/z-1-py3-none-any.whl\n"},
			want: Needs{Path: "app/requirements.txt", Wanted: "./app\n./app/lib\n./y\n./app/wheels/z-1-py3-none-any.whl\n", Local: true}},
		{name: "indexes", files: map[string]string{"requirements.txt": "-i https://u:secret@a/simple\n--extra-index-url=https://b\n-f https://c\n--pre\n--only-binary :all:\ndjango\n"},
			want:  Needs{Path: "requirements.txt", Wanted: "--only-binary :all:\ndjango\n", Index: "https://u:secret@a/simple", Extra: []string{"https://b"}, Links: []string{"https://c"}},
			notes: []string{"requirements.txt:1", "requirements.txt:2", "requirements.txt:4"}},
		{name: "said", files: map[string]string{"requirements.txt": "a", "poetry.lock": "", "live.txt": "b"}, said: Requirements{Path: "live.txt"},
			want: Needs{Path: "live.txt", Wanted: "b\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := needs(t, c.files, c.root, c.said)
			c.want.Manager = "pip"
			if diff := cmp.Diff(c.want, *got, cmpopts.IgnoreFields(Needs{}, "Sum", "Notes")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var places []string
			for _, note := range got.Notes {
				places = append(places, note.Place)
				if strings.Contains(note.Text, "secret") {
					t.Errorf("a password is in a note: %q", note.Text)
				}
			}
			if diff := cmp.Diff(c.notes, places); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

// The sum changes with each file that has a part in it, and with no other.
func TestNeedsSum(t *testing.T) {
	files := func() map[string]string {
		return map[string]string{"requirements.txt": "-r more.txt\n-c pins.txt\n", "more.txt": "a", "pins.txt": "a==1", "manage.py": "1"}
	}
	sum := needs(t, files(), ".", Requirements{}).Sum
	if len(sum) != 64 {
		t.Errorf("sum is %q", sum)
	}
	for name, changes := range map[string]bool{"requirements.txt": true, "more.txt": true, "pins.txt": true, "manage.py": false} {
		changed := files()
		changed[name] += "\n# changed"
		if got := needs(t, changed, ".", Requirements{}).Sum; (got != sum) != changes {
			t.Errorf("%s: another sum %v, want %v", name, got != sum, changes)
		}
	}
	local := map[string]string{"requirements.txt": "./lib\n"}
	one, _ := ReadNeeds("one", from(local), ".", Requirements{})
	other, _ := ReadNeeds("other", from(local), ".", Requirements{})
	if one.Sum == other.Sum {
		t.Error("a package of the tree itself is the same in another tree")
	}
}

func TestNeedsProblems(t *testing.T) {
	const standard = "[project]\ndependencies = ['django']\n"
	for _, c := range []struct {
		files map[string]string
		said  Requirements
		want  string
	}{
		{files: map[string]string{"manage.py": ""}, want: "no file that is pushed says which packages the project needs"},
		{files: map[string]string{"requirements.txt": "a", "uv.lock": ""}, want: "several files say which packages the project needs: uv.lock, requirements.txt"},
		{files: map[string]string{"poetry.lock": "", "uv.lock": ""}, want: "uv.lock, poetry.lock"},
		{files: map[string]string{"a": ""}, said: Requirements{Path: "b.txt"}, want: "b.txt: is named by the key requirements"},
		{files: map[string]string{"requirements.txt": "a\n-r none.txt"}, want: `requirements.txt:2: names "none.txt", which is not in what is pushed`},
		{files: map[string]string{"requirements.txt": "-r ../out.txt"}, want: `names "../out.txt"`},
		{files: map[string]string{"requirements.txt": "-r https://example.com/r.txt"}, want: "has another file from an address in it"},
		{files: map[string]string{"requirements.txt": "../lib"}, want: `takes "../lib" from outside of the project`},
		{files: map[string]string{"requirements.txt": "x @ file:///srv/x"}, want: "from outside of the project"},
		{files: map[string]string{"requirements.txt": "a"}, said: Requirements{Groups: []string{"live"}}, want: "has no groups and extras"},
		{files: map[string]string{"uv.lock": ""}, want: "pyproject.toml: is not there, beside uv.lock"},
		{files: map[string]string{"uv.lock": "[[package]]\nname='x'\nsource = {directory='../x'}", "pyproject.toml": standard}, want: `takes "../x" from outside of the project`},
		{files: map[string]string{"poetry.lock": "", "pyproject.toml": standard}, want: `does not have "django", which pyproject.toml:2 names`},
		{files: map[string]string{"pdm.lock": "=", "pyproject.toml": standard}, want: "pdm.lock:1: is no TOML"},
		{files: map[string]string{"Pipfile.lock": "{", "Pipfile": ""}, want: "Pipfile.lock: is no JSON"},
		{files: map[string]string{"Pipfile.lock": `{"default": {}}`}, said: Requirements{Groups: []string{"live"}}, want: `has no group "live"`},
		{files: map[string]string{"poetry.lock": "[[package]]\nname='django'\nversion='1'", "pyproject.toml": standard}, said: Requirements{Extras: []string{"live"}}, want: `has no group or extra "live"`},
	} {
		_, err := ReadNeeds("tree", from(c.files), ".", c.said)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.files, err, c.want)
		}
	}
}

func TestPythonMarker(t *testing.T) {
	for spec, want := range map[string]string{
		"^3.8":            "python_full_version >= '3.8' and python_full_version < '4'",
		">=3.8,<3.12":     "python_full_version >= '3.8' and python_full_version < '3.12'",
		"~3.9":            "python_full_version >= '3.9' and python_full_version < '3.10'",
		"~=3.9":           "python_full_version >= '3.9' and python_full_version < '4'",
		"3.9.*":           "python_full_version >= '3.9' and python_full_version < '3.10'",
		"3.9":             "python_full_version >= '3.9' and python_full_version < '3.10'",
		"<3.8 || >=3.10":  "python_full_version < '3.8' or python_full_version >= '3.10'",
		"*":               "",
		"whatever people": "",
	} {
		if got := pythonMarker(spec); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}
