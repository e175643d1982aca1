package runner

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"djship/assets"
	"djship/remote"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// Guard returns the script of the process that a run's changes hang on. It answers with lines
// "MARK locked PID STARTED HOLDER", "MARK ready LAST" and at the end "MARK over STATUS"; on its stdin it
// takes empty lines as signs of life, "go SIZE SUM" when the bundle of Work, of so many bytes with that
// SHA-256, is in the folder of uploads, and "stop", which ends it with "MARK stopped" before the next
// change. A bundle that is another one is "MARK spoiled". What is said of blobs is in blob.go. It waits for the host's lock for as long as
// signs of life come where patient, else it ends at once with status 75.
func Guard(mark, sign, run, login, holder string, patient bool) remote.Script {
	patience := 0
	if patient {
		patience = 3
	}
	return remote.Script{First: fmt.Sprintf("mark=%s sign=%s run=%s login=%s holder=%s patience=%d parcel='' sum='' expect='' urge=''", mark, sign, shell.Quote(run), shell.Quote(login), shell.Quote(holder), patience),
		Body: guardBody(), Stays: true}
}

// urging is the guard's script where changes leave word for who holds the lock.
func urging(guard remote.Script, changes []model.Item) remote.Script {
	var urge model.Script
	for _, it := range changes {
		urge += it.Change.Urge
	}
	if urge != "" {
		guard.First += " urge=" + shell.Quote(string(urge))
	}
	return guard
}

// parcelLimit is how large a bundle may be that goes by the guard's stdin, in bytes: no upload of its own is waited for.
const parcelLimit = 512 << 10

// withParcel is the guard's script for a bundle that follows at once on its stdin, for a host that the run last has changed last.
func withParcel(guard remote.Script, bundle []byte, last string) remote.Script {
	guard.First += fmt.Sprintf(" parcel=%d sum=%s expect=%s", len(bundle), model.Sum(string(bundle)), shell.Quote(last))
	return guard
}

var guardBody = sync.OnceValue(func() *remote.Body {
	return newBody(Prelude() + "\n" + assets.Code("shell/lock.sh") + assets.Code("shell/notelast.sh") + "\n" + blobText() + "\nbasis=" + basis().Path + "\n" + assets.Code("shell/guard.sh"))
})

// uploads is the folder of a run on a host that the login may write to.
func uploads(run string) string { return "/run/djship/upload." + run }

// Work returns what applies the changes of a plan, as a packed tar archive: a shell text, "work", and the files
// that it puts. To a host that keeps the basis "delta" goes in the place of "work". The text has functions for each change, change_N and probe_N, and then a line for each, which
// make_change of work.sh carries out.
func Work(changes []model.Item, job Job) []byte {
	var b strings.Builder
	files := job.blobs
	fmt.Fprintf(&b, ". \"$1/marks\"\nstage=$1 stamp=%s\n%s\n%s%s\n", job.Now.UTC().Format("20060102T150405Z"), Prelude(), seeing(), assets.Code("shell/notelast.sh")+assets.Code("shell/work.sh"))
	for i, it := range changes {
		files = append(files, writeChange(&b, i, it)...)
	}
	fmt.Fprintf(&b, "begin_run %s || exit 1\n", shell.QuoteAll(job.Run, job.Holder))
	beginEarly(&b, changes, 0)
	for i, it := range changes {
		fmt.Fprintf(&b, "make_change %d %s\n", i, shell.Quote(strings.Join(model.DueMarks(it.Step), " ")))
		beginEarly(&b, changes, i+1)
	}
	end := shell.Quote(job.Run)
	if job.End != "" {
		end += " " + string(job.End)
	}
	fmt.Fprintf(&b, "end_run %s\n%s%s", end, forgetBlobs(changes), job.Then.text())
	return archive(append(files, stagedWork(b.String(), job)...))
}

// writeChange writes the functions of a change, and returns the files that they take.
func writeChange(b *strings.Builder, i int, it model.Item) []stagedFile {
	var files []stagedFile
	fmt.Fprintf(b, "change_%d() (\nset -e\n", i)
	if it.Change.Env != nil {
		name := fmt.Sprintf("env.%d", i)
		files = append(files, stagedFile{name, exports(it.Change.Env)})
		fmt.Fprintf(b, ". \"$stage/%s\"\n", name)
	}
	fmt.Fprintf(b, "%s\n%s", it.Change.Before, due(it))
	for j, f := range it.Change.Files {
		name := fmt.Sprintf("file.%d.%d", i, j)
		files = append(files, stagedFile{name, f.Content})
		b.WriteString(putLines(name, f))
	}
	fmt.Fprintf(b, "%s\n)\nprobe_%d() {\n:\n%s\n%s}\n", it.Change.Script, i, it.Step.Probe(), seenHome(it.Step))
	return files
}

// A stagedFile is one of the files that are uploaded.
type stagedFile struct{ name, content string }

// archive packs files for tar and gzip.
func archive(files []stagedFile) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	t := tar.NewWriter(z)
	for _, f := range files { // a bytes.Buffer takes everything
		_ = t.WriteHeader(&tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(f.content)), Format: tar.FormatUSTAR})
		_, _ = t.Write([]byte(f.content))
	}
	_ = t.Close()
	_ = z.Close()
	return b.Bytes()
}

// beginEarly begins the changes that may be made before it is their turn once the first n are made, the last of which they wait for.
func beginEarly(b *strings.Builder, changes []model.Item, n int) {
	for i, it := range changes {
		if it.Change.StartsAfter == "" || i <= n {
			continue
		}
		after := slices.IndexFunc(changes, func(c model.Item) bool { return c.Step.ID() == it.Change.StartsAfter })
		if after >= 0 && after+1 == n { // where that step has nothing to do it is not known what comes before it
			fmt.Fprintf(b, "begin_early %d\n", i)
		}
	}
}

// exports is a shell text that sets environment variables, in the order of their names.
func exports(env map[string]secret.Value) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&b, "export %s=%s\n", name, shell.Quote(env[name].Reveal()))
	}
	return b.String()
}

// due notes who has to act after this change, before it is made.
func due(it model.Item) string {
	var marks []string
	if it.Change.Redo {
		marks = append(marks, model.Slug(it.Step.ID()))
	}
	for _, id := range it.Change.Notify {
		marks = append(marks, model.Slug(id))
	}
	if marks == nil {
		return ""
	}
	return "due " + shell.QuoteAll(marks...) + "\n"
}

func putLines(staged string, f model.File) string {
	sum := model.Sum(f.Content)
	owner := f.Owner
	if owner == "" {
		owner = "root"
	}
	version := f.Over
	if version == "" {
		version = "-"
	}
	line := fmt.Sprintf("put \"$stage/%s\" %s\n", staged, shell.QuoteAll(f.Path, owner, f.Mode, sum, version))
	if f.Backup {
		return "backup " + shell.QuoteAll(f.Path, owner) + "\n" + line
	}
	return line
}
