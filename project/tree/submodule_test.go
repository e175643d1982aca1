package tree

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// withSubmodules is a repository with a submodule in a submodule, and the folder of those.
func withSubmodules(t *testing.T) (outer, lib *repo) {
	t.Helper()
	inner := newRepo(t)
	inner.write("deepest", "1")
	inner.write(".gitattributes", "*.bat eol=crlf\nskip export-ignore\n")
	inner.write("x.bat", "1\n")
	inner.write("skip", "1")
	inner.commit("inner")
	lib = newRepo(t)
	lib.write("lib.py", "2")
	lib.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.dir, "in ner")
	lib.commit("lib")
	outer = newRepo(t)
	outer.write("manage.py", "3")
	outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib.dir, "vendor/lib")
	outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
	outer.commit("outer")
	return outer, lib
}

func TestSubmodulesAreIncluded(t *testing.T) {
	r, _ := withSubmodules(t)
	all := func(tr *Tree) map[string]string {
		got := files(t, tr)
		for _, name := range []string{".gitmodules", "vendor/lib/.gitmodules", "vendor/lib/in ner/.gitattributes"} {
			if got[name] == "" {
				t.Errorf("there is no %s", name)
			}
			delete(got, name)
		}
		return got
	}
	untouched(t, filepath.Join(r.dir, ".git"))
	want := map[string]string{"manage.py": "3", "vendor/lib/lib.py": "2", "vendor/lib/in ner/deepest": "1", "vendor/lib/in ner/x.bat": "1\r\n"}
	tr := resolveIn(t, r.dir, Options{})
	if got := all(tr); fmt.Sprint(got) != fmt.Sprint(want) || tr.Changed != nil {
		t.Errorf("%q, changed: %q", got, tr.Changed)
	}
	vendor := resolveIn(t, filepath.Join(r.dir, "vendor"), Options{})
	if got := files(t, vendor); got["lib/lib.py"] != "2" || got["lib/in ner/deepest"] != "1" {
		t.Errorf("%q", got)
	}
	r.write("vendor/lib/lib.py", "edited")
	r.write("vendor/lib/in ner/new", "5")
	want["vendor/lib/lib.py"], want["vendor/lib/in ner/new"] = "edited", "5"
	if got := all(resolveIn(t, r.dir, Options{Dirty: true})); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
}

func TestASubmoduleAtAnotherCommit(t *testing.T) {
	r, _ := withSubmodules(t)
	sub := filepath.Join(r.dir, "vendor/lib")
	r.in(sub, "-c", "user.name=a", "-c", "user.email=b", "commit", "-q", "--allow-empty", "-m", "more")
	tr := resolveIn(t, r.dir, Options{})
	if !slices.Equal(tr.Changed, []string{"vendor/lib"}) || files(t, tr)["vendor/lib/lib.py"] != "2" {
		t.Errorf("%q", tr.Changed)
	}
}

func TestASubmoduleThatIsNotHere(t *testing.T) {
	r, lib := withSubmodules(t)
	r.in(filepath.Join(r.dir, "vendor/lib"), "submodule", "--quiet", "deinit", "--force", "in ner")
	refuses(t, r.dir, Options{}, "vendor/lib/in ner is a submodule whose commit", "git submodule update --init --recursive 'vendor/lib/in ner'")
	refuses(t, r.dir, Options{Dirty: true}, "vendor/lib/in ner is a submodule whose commit", "git submodule update --init --recursive")
	r.git("submodule", "--quiet", "deinit", "--force", "vendor/lib")
	refuses(t, r.dir, Options{}, "vendor/lib is a submodule whose commit", "git submodule update --init --recursive vendor/lib gets it")

	// The commit is recorded, but nobody has fetched it.
	r.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
	lib.write("lib.py", "newer")
	newer := lib.commit("newer")
	r.git("update-index", "--cacheinfo", "160000,"+newer+",vendor/lib")
	r.git("commit", "-q", "-m", "newer")
	refuses(t, r.dir, Options{}, "vendor/lib is a submodule whose commit "+newer[:10], "git submodule update")
}

// A submodule that is a link leads git to another repository.
func TestASubmoduleBehindALink(t *testing.T) {
	r, lib := withSubmodules(t)
	if err := os.RemoveAll(filepath.Join(r.dir, "vendor")); err != nil {
		t.Fatal(err)
	}
	r.link(filepath.Dir(lib.dir), "vendor")
	refuses(t, r.dir, Options{}, "is a submodule whose commit", "git submodule update")
}

const pointerText = "version https://git-lfs.github.com/spec/v1\noid sha256:%x\nsize %d\n"

// withLFS is a repository with a pointer and, if where is not empty, its content there.
func withLFS(t *testing.T, where string) (r *repo, content string) {
	t.Helper()
	content = "a photo\x00\r\n"
	r = newRepo(t)
	r.write(".gitattributes", "*.jpg filter=lfs diff=lfs merge=lfs -text\n")
	sum := sha256.Sum256([]byte(content))
	r.write("media/a b.jpg", fmt.Sprintf(pointerText, sum, len(content)))
	r.write("plain.jpg", "committed before LFS")
	r.write("empty.jpg", "")
	r.write("pointer.txt", fmt.Sprintf(pointerText, sum, len(content)))
	r.commit("one")
	switch where {
	case "store":
		write(t, filepath.Join(r.dir, ".git/lfs/objects", fmt.Sprintf("%x/%x/%x", sum[:1], sum[1:2], sum)), content)
	case "checkout":
		r.write("media/a b.jpg", content)
	}
	return r, content
}

func TestLFSFilesAreIncluded(t *testing.T) {
	for _, where := range []string{"store", "checkout"} {
		r, content := withLFS(t, where)
		untouched(t, r.dir)
		for _, o := range []Options{{}, {Dirty: true}} {
			got := files(t, resolveIn(t, r.dir, o))
			if got["media/a b.jpg"] != content || got["plain.jpg"] != "committed before LFS" || len(got["pointer.txt"]) < 100 || len(got) != 5 {
				t.Errorf("%s: %q", where, got)
			}
		}
	}
}

func TestLFSContentIsChecked(t *testing.T) {
	r, content := withLFS(t, "")
	for _, o := range []Options{{}, {Dirty: true}} {
		refuses(t, r.dir, o, "media/a b.jpg is in LFS, and its content is not here", "git lfs pull")
	}
	r.write("media/a b.jpg", content[1:]+"x")
	refuses(t, r.dir, Options{}, "media/a b.jpg is in LFS, and its content is not here", "git lfs pull")
	has := files(t, resolveIn(t, r.dir, Options{Dirty: true}))
	if has["media/a b.jpg"] != content[1:]+"x" {
		t.Errorf("the work tree has a new photo: %q", has)
	}
	r.write("media/a b.jpg", fmt.Sprintf("version https://git-lfs.github.com/spec/v1\next-0-foo sha256:%064d\noid sha256:%064d\nsize 3\n", 1, 2))
	r.commit("extended")
	refuses(t, r.dir, Options{}, "by way of an extension", "commit it without")
}

// What LFS's store holds under a name of two dots is not looked for.
func TestPointersAreRead(t *testing.T) {
	for text, want := range map[string]bool{
		fmt.Sprintf(pointerText, sha256.Sum256(nil), 0):                                                 true,
		"version https://git-lfs.github.com/spec/v1\noid sha256:../../../../../../etc/passwd\nsize 3\n": false,
		"version https://git-lfs.github.com/spec/v1\noid sha256:" + fmt.Sprintf("%064d", 1) + "\n":      false,
		"version https://git-lfs.github.com/spec/v2\noid sha256:" + fmt.Sprintf("%064d\nsize 1\n", 1):   false,
		"version https://git-lfs.github.com/spec/v1\noid sha256:" + fmt.Sprintf("%064d\nsize -1\n", 1):  false,
		"version https://git-lfs.github.com/spec/v1\r\noid sha256:" + fmt.Sprintf("%064d\nsize 1\n", 1): false,
	} {
		if p, is := readPointer([]byte(text)); is != want {
			t.Errorf("%q: %+v", text, p)
		}
	}
}
