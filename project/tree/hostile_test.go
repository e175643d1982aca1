package tree

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// trap makes a repository's config and folder name a program for all that git can run, and asserts that none was.
func trap(t *testing.T, r *repo) (sentinel string) {
	t.Helper()
	folder := t.TempDir()
	sentinel = filepath.Join(folder, "was run")
	evil := filepath.Join(folder, "evil")
	write(t, evil, "#!/bin/sh\necho \"$0 $*\" >>'"+sentinel+"'\ncat\n")
	included := filepath.Join(folder, "included")
	write(t, included, fmt.Sprintf("[filter \"more\"]\n\tclean = %s\n\tsmudge = %[1]s\n[core]\n\tfsmonitor = %[1]s\n", evil))
	for _, name := range []string{"post-checkout", "post-index-change", "pre-commit", "reference-transaction", "fsmonitor-watchman", "post-update", "pre-auto-gc", "sendemail-validate", "proc-receive"} {
		write(t, filepath.Join(r.dir, ".git/hooks", name), "#!/bin/sh\ntouch '"+sentinel+"'\n")
		if err := os.Chmod(filepath.Join(r.dir, ".git/hooks", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(evil, 0o755); err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	for _, key := range []string{"core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy", "core.alternateRefsCommand", "filter.evil.clean", "filter.evil.smudge",
		"filter.evil.process", "filter.lfs.clean", "filter.lfs.smudge", "filter.lfs.process", "diff.evil.textconv", "diff.evil.command", "diff.external", "merge.evil.driver", "credential.helper", "gpg.program", "gpg.ssh.program",
		"gpg.ssh.defaultKeyCommand", "uploadpack.packObjectsHook", "pager.log", "pager.status", "pager.config", "interactive.diffFilter", "sequence.editor", "trailer.x.command", "trailer.x.cmd", "tar.tar.command", "submodule.vendor.update",
		"alias.rev-parse", "alias.status", "alias.log", "remote.origin.uploadpack", "hook.x.command"} {
		value := evil
		if strings.HasPrefix(key, "alias.") || key == "submodule.vendor.update" {
			value = "!" + evil
		}
		parts := strings.Split(key, ".")
		section := parts[0]
		if len(parts) == 3 {
			section += fmt.Sprintf(" %q", parts[1])
		}
		fmt.Fprintf(&config, "[%s]\n\t%s = %q\n", section, parts[len(parts)-1], value)
	}
	fmt.Fprintf(&config, "[filter \"evil\"]\n\trequired = true\n[include]\n\tpath = %q\n[core]\n\thooksPath = %q\n\tuntrackedCache = true\n[hook \"x\"]\n\tevent = post-index-change\n[log]\n\tshowSignature = true\n", included, filepath.Join(r.dir, ".git/hooks"))
	fmt.Fprintf(&config, "[remote \"origin\"]\n\turl = \"ext::%s\"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n", evil)
	if err := appendTo(filepath.Join(r.dir, ".git/config"), config.String()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"GIT_SSH_COMMAND", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_EDITOR", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_PROXY_COMMAND"} {
		t.Setenv(name, evil)
	}
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
	t.Setenv("GIT_CONFIG_VALUE_0", evil)
	t.Cleanup(func() {
		if text, err := os.ReadFile(sentinel); err == nil {
			t.Errorf("was run: %s", text)
		}
	})
	return sentinel
}

// The trap is one for whoever is not careful.
func TestTheTrapWorks(t *testing.T) {
	r := newRepo(t)
	r.write("a.evil", "1")
	r.write(".gitattributes", "*.evil filter=evil\n")
	r.commit("one")
	r.write("a.evil", "changed")
	sentinel := trap(t, r)
	cmd := exec.Command("git", "status")
	cmd.Dir = r.dir
	_ = cmd.Run() // it may fail
	if !isThere(sentinel) {
		t.Error("git status ran nothing")
	}
	if err := os.Remove(sentinel); err != nil {
		t.Fatal(err)
	}
}

func TestNothingOfTheRepositoryIsRun(t *testing.T) {
	r, h := newRepo(t), newHost(t)
	r.project()
	r.write("a.evil", "1")
	r.write("a.more", "2")
	r.write("signed", "$Format:%G? %GS %(describe) %(trailers)$")
	r.commit("one")
	r.write(".gitattributes", "*.evil filter=evil diff=evil merge=evil\n*.more filter=more\nsigned export-subst\n")
	commit := r.commit("two")
	r.write("a.evil", "changed")
	trap(t, r)
	untouched(t, r.dir)
	for _, o := range []Options{{}, {Dirty: true}, {Ref: "HEAD~1"}, {Ref: "main"}, {Include: []string{"app1"}}} {
		tr := resolveIn(t, r.dir, o)
		h.get(tr, commit, strings.Repeat("1", 40))
		if want := map[bool]string{true: "changed", false: "1"}[o.Dirty]; files(t, tr)["a.evil"] != want {
			t.Errorf("%+v: %q", o, files(t, tr)["a.evil"])
		}
	}
	refuses(t, r.dir, Options{Ref: "nothing"}, "no commit, branch or tag nothing", "")
}

// The same, where git had something to fetch.
func TestNothingIsFetched(t *testing.T) {
	r := newRepo(t)
	r.write("kept", "1")
	r.write("a folder/lost é", "2")
	r.commit("one")
	blob := r.git("rev-parse", "HEAD:a folder/lost é")
	object := filepath.Join(r.dir, ".git/objects", blob[:2], blob[2:])
	if err := os.Remove(object); err != nil {
		t.Fatal(err)
	}
	trap(t, r)
	if err := appendTo(filepath.Join(r.dir, ".git/config"), "[extensions]\n\tpartialClone = origin\n[core]\n\trepositoryformatversion = 1\n"); err != nil {
		t.Fatal(err)
	}
	untouched(t, filepath.Join(r.dir, ".git"))
	refuses(t, r.dir, Options{}, "a folder/lost é is not in the repository", "partial clone")
	refuses(t, filepath.Join(r.dir, "a folder"), Options{}, "lost é is not in the repository", "partial clone")
	refuses(t, r.dir, Options{Ref: strings.Repeat("12", 20)}, "no commit, branch or tag 1212", "git fetch")
}

func TestAPartialClone(t *testing.T) {
	origin := newRepo(t)
	origin.write("kept", "1")
	origin.write("folder/lost", "2")
	origin.commit("one")
	origin.git("config", "uploadpack.allowFilter", "true")
	for _, filter := range []string{"blob:none", "tree:0"} {
		r := newRepo(t)
		clone := filepath.Join(t.TempDir(), "clone")
		r.in(t.TempDir(), "clone", "-q", "--no-checkout", "--filter="+filter, "file://"+strings.ReplaceAll(origin.dir, `"`, "%22"), clone)
		untouched(t, clone)
		_, err := Resolve(t.Context(), clone, Options{})
		if err == nil || !strings.Contains(err.Error(), "not in the repository") || !strings.Contains(hint(err), "partial clone") {
			t.Errorf("%s: %v (%s)", filter, err, hint(err))
		}
	}
	shallow := filepath.Join(t.TempDir(), "shallow")
	origin.write("kept", "3")
	origin.write("v", "$Format:%(describe:tags)$")
	origin.write(".gitattributes", "v export-subst\n")
	origin.commit("two")
	origin.in(t.TempDir(), "clone", "-q", "--depth=1", "file://"+strings.ReplaceAll(origin.dir, `"`, "%22"), shallow)
	untouched(t, shallow)
	if got := files(t, resolveIn(t, shallow, Options{})); got["kept"] != "3" || got["folder/lost"] != "2" {
		t.Errorf("%q", got)
	}
}

// Trees that no git would write.
func TestTreesMadeByHand(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	blob, sub := r.git("rev-parse", "HEAD:a"), r.git("rev-parse", "HEAD^{tree}")
	put := func(records ...string) string {
		var raw strings.Builder
		for _, record := range records {
			about, id, _ := strings.Cut(record, "|")
			raw.WriteString(about + "\x00")
			for i := 0; i < len(id); i += 2 {
				var b byte
				if _, err := fmt.Sscanf(id[i:i+2], "%02x", &b); err != nil {
					t.Fatal(err)
				}
				raw.WriteByte(b)
			}
		}
		name := filepath.Join(t.TempDir(), "raw")
		write(t, name, raw.String())
		tree := r.git("hash-object", "-w", "--literally", "-t", "tree", name)
		return r.git("commit-tree", "-m", "x", tree)
	}
	for _, row := range []struct {
		commit, says string
	}{
		{put("40000 .git|" + sub), ".git/a is a name of git's own folder"},
		{put("40000 .GIT|" + sub), ".GIT/a is a name of git's own folder"},
		{put("40000 ..|" + sub), "../a is a name that no checkout may have"},
		{put("100644 a/b|"+blob, "100644 a|"+blob), "is both a file and a folder"},
		{put("100644 a|"+blob, "100644 a|"+blob), "is in the tree twice"},
		{put("120000 a|"+blob, "40000 a|"+sub), "a is both a file and a folder"},
		{put("120000 .gitmodules|" + blob), ".gitmodules is a symlink"},
		{put("160000 ..|" + blob), ".. is a name that no checkout may have"},
		{put("160000 \x1b[31m|" + blob), `"\x1b[31m" is a submodule`},
	} {
		refuses(t, r.dir, Options{Ref: row.commit}, row.says, "")
	}
}

// Seven trees of which each names the next many times have more files than any disk.
func TestATreeWithoutEnd(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	mode, id := "100644 blob", r.git("rev-parse", "HEAD:a")
	for range 7 {
		var records strings.Builder
		for i := range 64 {
			fmt.Fprintf(&records, "%s %s\t%d\n", mode, id, i)
		}
		cmd := exec.Command("git", "mktree")
		cmd.Dir, cmd.Env, cmd.Stdin = r.dir, r.env, strings.NewReader(records.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		mode, id = "040000 tree", strings.TrimSpace(string(out))
	}
	most := mostOutput
	mostOutput = 1 << 20
	defer func() { mostOutput = most }()
	refuses(t, r.dir, Options{Ref: r.git("commit-tree", "-m", "bomb", id)}, "too many files", "--dir DIR")
}

// What is no file in a repository's folder is not read.
func TestPipesInARepositoryAreNotRead(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	if err := os.RemoveAll(filepath.Join(r.dir, ".git/info/exclude")); err != nil {
		t.Fatal(err)
	}
	r.link("/dev/zero", ".git/info/exclude")
	has(t, resolveIn(t, r.dir, Options{Dirty: true}), map[string]string{"a": "1"})
}

// The name of a submodule, which tells git where its repository is, is not read.
func TestASubmoduleNamedWithDots(t *testing.T) {
	r, _ := withSubmodules(t)
	r.write(".gitmodules", "[submodule \"../../../../tmp/evil\"]\n\tpath = vendor/lib\n\turl = -u./x\n\tupdate = !touch /tmp/evil\n")
	r.commit("evil")
	trap(t, r)
	for _, o := range []Options{{}, {Dirty: true}} {
		if got := files(t, resolveIn(t, r.dir, o)); got["vendor/lib/lib.py"] != "2" {
			t.Errorf("%q", got)
		}
	}
}

// A repository whose work tree is somewhere else does not push that.
func TestAWorkTreeElsewhere(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	r.git("config", "core.worktree", t.TempDir())
	refuses(t, r.dir, Options{Dirty: true}, "is no work tree", "push from a checkout")
	bare := filepath.Join(t.TempDir(), "bare")
	r.in(t.TempDir(), "init", "-q", "--bare", bare)
	refuses(t, bare, Options{Dirty: true}, "is no work tree", "push from a checkout")
}

// Objects that the user's repository borrows itself are found.
func TestBorrowedObjects(t *testing.T) {
	origin := newRepo(t)
	origin.write("a", "1")
	origin.commit("one")
	parent := t.TempDir()
	for i, alternate := range []string{filepath.Join(origin.dir, ".git/objects"), "../../../clone0/.git/objects"} {
		clone := filepath.Join(parent, fmt.Sprintf("clone%d", i))
		origin.in(parent, "clone", "-q", "--shared", origin.dir, clone)
		write(t, filepath.Join(clone, ".git/objects/info/alternates"), quoted(alternate)+"\n")
		has(t, resolveIn(t, clone, Options{}), map[string]string{"a": "1"})
	}
}

func TestAnotherUsersRepository(t *testing.T) {
	r := newRepo(t)
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("only root can give a folder away")
		}
		t.Skip("only root can give a folder away")
	}
	r.write("a", "1")
	r.commit("one")
	for _, name := range []string{r.dir, filepath.Join(r.dir, ".git")} {
		if err := os.Chown(name, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	refuses(t, r.dir, Options{}, "belongs to another user", "git config --global --add safe.directory")
	r.git("config", "--global", "--add", "safe.directory", r.dir)
	resolveIn(t, r.dir, Options{})
}
