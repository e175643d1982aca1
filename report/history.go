package report

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"djship/rollout"
)

// Keep is how many runs Prune is meant to leave.
const Keep = 100

// NewRunID returns the id of a run that begins now. Ids sort by time.
func NewRunID(now time.Time) string {
	var b [2]byte
	rand.Read(b[:]) // never fails
	return now.UTC().Format("20060102-150405-") + hex.EncodeToString(b[:])
}

var runID = regexp.MustCompile(`^\d{8}-\d{6}-[0-9a-f]{4}$`)

// ownerFile is the file in a run's log folder that names who started it.
const ownerFile = "who"

// owner is the person at the keyboard, as far as the system knows.
func owner() string {
	name := os.Getenv("SUDO_USER")
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	machine, _ := os.Hostname()
	return join(name, machine, "@")
}

// A Run is an earlier run, as its log folder tells it.
type Run struct {
	ID    string
	Dir   string
	Who   string // user@machine
	Began time.Time
	Start rollout.RunStart
	End   *rollout.RunEnd // nil where the run goes on or was killed
}

// Command is what was typed, without djship and without flags.
func (r Run) Command() string { return title(r.Start) }

// Outcome is how the run ended, in a word: done, failed, unreachable or by which door it was (no login, no
// root, not reached for several), stopped, interrupted, or unfinished.
func (r Run) Outcome() string {
	if r.End == nil {
		return "unfinished"
	}
	return outcome(*r.End)
}

// Events reads the run's events.
func (r Run) Events() ([]rollout.Record, error) {
	f, err := openPlain(filepath.Join(r.Dir, EventsFile), os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadEvents(f)
}

// Log returns the path of a host's log; fs.ErrNotExist where the run has none.
func (r Run) Log(host string) (string, error) {
	path := filepath.Join(r.Dir, LogFile(host))
	return path, plainFile(path)
}

// OnlyLog returns the path of the log of the run's only host.
func (r Run) OnlyLog() (string, error) {
	if hosts := r.Start.Hosts; len(hosts) != 1 {
		return "", &NoRunError{what: fmt.Sprintf("run %s had %s", r.ID, rollout.Plural(len(hosts), "host")), hint: "name one: " + some(hosts)}
	}
	return r.Log(r.Start.Hosts[0])
}

// A RunLine is a run as JSON has it, in the words of its events.
type RunLine struct {
	Run     string    `json:"run"`
	Time    time.Time `json:"time"` // when it began
	Who     string    `json:"who"`
	Command string    `json:"command"`
	Args    []string  `json:"args"`
	Check   bool      `json:"check"`
	Hosts   []string  `json:"hosts"`
	*Ended
	LogDir string `json:"log_dir"`
}

// Ended is what is known of a run that has come to its end.
type Ended struct {
	Status      int     `json:"status"`
	OK          int     `json:"ok"`
	Changed     int     `json:"changed"`
	WouldChange int     `json:"would_change"`
	Failed      int     `json:"failed"`
	Unreachable int     `json:"unreachable"`
	Skipped     int     `json:"skipped"`
	Seconds     float64 `json:"seconds"`
}

// JSON is the run in a form for JSON. The fields of its end are missing where it has none.
func (r Run) JSON() RunLine {
	line := RunLine{Run: r.ID, Time: r.Began.UTC(), Who: r.Who, Command: r.Start.Command, Args: append([]string{}, r.Start.Args...), Check: r.Start.Check,
		Hosts: append([]string{}, r.Start.Hosts...), LogDir: r.Dir}
	if e := r.End; e != nil {
		line.Ended = &Ended{e.Status, e.OK, e.Changed, e.WouldChange, e.Failed, e.Unreachable, e.Skipped, e.Seconds}
	}
	return line
}

// Runs returns the runs whose logs are in folders of dir, the newest first. A folder that does not
// hold a run's events is passed over; no dir is no runs.
func Runs(dir string) ([]Run, error) {
	ids, err := runIDs(dir)
	if err != nil {
		return nil, err
	}
	var runs []Run
	for _, id := range ids {
		if r, err := readRun(filepath.Join(dir, id)); err == nil {
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// runIDs returns the names of the folders in dir that are runs', the newest first.
func runIDs(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() && runID.MatchString(e.Name()) {
			ids = append(ids, e.Name())
		}
	}
	slices.Reverse(ids)
	return ids, nil
}

// readRun reads the first and the last event of a run.
func readRun(dir string) (Run, error) {
	f, err := openPlain(filepath.Join(dir, EventsFile), os.O_RDONLY)
	if err != nil {
		return Run{}, err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, 8<<20)).ReadBytes('\n')
	if err != nil {
		return Run{}, err
	}
	first, err := Decode(line)
	if err != nil {
		return Run{}, err
	}
	start, ok := first.Event.(rollout.RunStart)
	if !ok {
		return Run{}, fmt.Errorf("%s does not begin with a run's start", f.Name())
	}
	r := Run{ID: filepath.Base(dir), Dir: dir, Began: first.Time, Start: start}
	if line, err := lastLine(f); err == nil {
		if last, err := Decode(line); err == nil {
			if end, ok := last.Event.(rollout.RunEnd); ok {
				r.End = &end
			}
		}
	}
	if f, err := openPlain(filepath.Join(dir, ownerFile), os.O_RDONLY); err == nil {
		defer f.Close()
		who, _ := io.ReadAll(io.LimitReader(f, 256))
		r.Who = printable(strings.TrimSpace(string(who)))
	}
	return r, nil
}

// lastLine returns the last line of a file, if it is as short as a run's end.
func lastLine(f *os.File) ([]byte, error) {
	const most = 8 << 10
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	b := make([]byte, min(size, most))
	if _, err := f.ReadAt(b, size-int64(len(b))); err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	return []byte(lines[len(lines)-1]), nil
}

// A NoRunError says that there is no such run, or no log of a host.
type NoRunError struct {
	what, hint string
	several    bool // there are several that could be meant
}

func (e *NoRunError) Error() string { return e.what }

// Hint says what to do next.
func (e *NoRunError) Hint() string { return e.hint }

// FindRun returns the run of dir with an id that begins or ends with id; the newest for "".
func FindRun(dir, id string) (Run, error) {
	runs, err := Runs(dir)
	if err != nil {
		return Run{}, err
	}
	if len(runs) == 0 {
		return Run{}, &NoRunError{what: "there are no earlier runs in " + tilde(dir), hint: "run djship prereq, deploy or up first; runs with --log-dir are not listed"}
	}
	var found []Run
	for _, r := range runs {
		if r.ID == id || id == "" {
			return r, nil
		}
		if strings.HasPrefix(r.ID, id) || strings.HasSuffix(r.ID, id) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Run{}, &NoRunError{what: fmt.Sprintf("no run %q", id), hint: "djship runs lists them; the last is " + runs[0].ID}
	}
	return Run{}, &NoRunError{fmt.Sprintf("%d runs begin or end with %q", len(found), id), "give more of the id; the last is " + found[0].ID, true}
}

// LastLog returns the path of the newest log of host among the runs of dir. For the host "" it is
// that of the newest run's only host.
func LastLog(dir, host string) (string, error) {
	runs, err := Runs(dir)
	if err != nil {
		return "", err
	}
	if host == "" {
		last, err := FindRun(dir, "")
		if err != nil {
			return "", err
		}
		if hosts := last.Start.Hosts; len(hosts) != 1 {
			return "", &NoRunError{what: "the last run had " + rollout.Plural(len(hosts), "host"), hint: "name one: " + some(hosts)}
		}
		return last.OnlyLog()
	}
	for _, r := range runs {
		if path, err := r.Log(host); err == nil {
			return path, nil
		}
	}
	hint := "djship runs lists the runs"
	if len(runs) > 0 {
		hint = "the last run had " + some(runs[0].Start.Hosts)
	}
	return "", &NoRunError{what: fmt.Sprintf("no run has a log of host %q", host), hint: hint}
}

// LogOf returns the path of the log that a word means: the newest of the host of that name or, where there
// is none, that of the only host of the run with an id that begins or ends so.
func LogOf(dir, word string) (string, error) {
	isID := runID.MatchString(word)
	path, noHost := LastLog(dir, word)
	if noHost == nil && !isID {
		return path, nil
	}
	run, err := FindRun(dir, word)
	var none *NoRunError
	switch {
	case err == nil:
		return run.OnlyLog()
	case isID, errors.As(err, &none) && none.several && word[0] >= '0' && word[0] <= '9': // as ids begin
		return "", err
	}
	return "", noHost
}

// some names a few of the hosts.
func some(hosts []string) string { return someOf(hosts, 8) }

func someOf(hosts []string, most int) string {
	if len(hosts) > most {
		return strings.Join(hosts[:most], ", ") + fmt.Sprintf(" and %d more", len(hosts)-most)
	}
	return strings.Join(hosts, ", ")
}

// Prune removes the logs of all but the newest keep runs of dir.
func Prune(dir string, keep int) error {
	ids, err := runIDs(dir)
	if err != nil || len(ids) <= keep {
		return err
	}
	if err := privateFolder(dir); err != nil { // where others can exchange it, it is not known what is removed
		return err
	}
	var errs []error
	for _, id := range ids[keep:] {
		errs = append(errs, os.RemoveAll(filepath.Join(dir, id)))
	}
	return errors.Join(errs...)
}

// PrintRuns prints runs as a table, times in the zone of now. color is whether w takes colour, and screen
// how many columns it has, if that is not 0: ids tell when runs began, too.
func PrintRuns(w io.Writer, runs []Run, now time.Time, color bool, screen int) error {
	p := pen{color: color}
	rows := [][]string{{"RUN", "WHEN", "WHO", "COMMAND", "HOSTS", "TIME", "OUTCOME"}}
	for _, r := range runs {
		command, clock := r.Command(), ""
		if r.Start.Check {
			command += " --check"
		}
		if r.End != nil {
			clock = tookSeconds(r.End.Seconds)
		}
		rows = append(rows, []string{r.ID, r.Began.In(now.Location()).Format("2006-01-02 15:04"), cmp.Or(r.Who, "?"),
			command, fmt.Sprint(len(r.Start.Hosts)), clock, r.Outcome()})
	}
	rows = Fit(rows, screen, []string{"WHEN", "TIME", "HOSTS"}, []string{"WHO", "COMMAND"})
	paint := func(row, column int, filled string) string {
		return p.paint(span{filled, runInk(row, rows[0][column], rows[row][column])})
	}
	for _, line := range table(rows, paint) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func runInk(row int, heading, text string) ink {
	switch {
	case row == 0:
		return faint
	case heading != "OUTCOME":
		return plain
	case text == "done":
		return green
	}
	return alarm
}
