// Package adopt takes over sites that were made by hand, as the bash scripts made them: it keeps what it replaces, puts what a person has set where djship keeps such things, and has djship's supervisord
// and a file of root's for nginx take the places of what was there. steps.Adopt has the order; what a site has besides, deploy's own list makes.
package adopt

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// notes is the folder in which a host notes which sites were taken over, and keeps what that replaced.
const notes = model.State + "/adopted"

// noteOf is the note about a site: "kept FOLDER", "domain DOMAIN", and a word for each part that is done.
func noteOf(project string) string { return notes + "/" + project }

// A look is what all steps of a taking over look at.
type look struct{ Site django.Site }

func (l look) naming() naming {
	at := l.Site.Layout()
	return naming{l.Site.Project, l.Site.Domain, at.Home, at.SocketLink}
}

// set are the variables of the shell texts.
func (l look) set(more ...string) string {
	return shell.Set(append([]string{"site", l.Site.Project, "domain", l.Site.Domain, "home", l.Site.Layout().Home, "adopted", noteOf(l.Site.Project)}, more...)...)
}

// Probe implements model.Step.
func (l look) Probe() model.Script {
	return model.Script(l.set() + assets.Code("shell/adoptold.sh") + assets.Code("shell/adoptlinks.sh") + assets.Code("shell/adoptprobe.sh"))
}

// HomeProbe implements model.Resident: what the account has, by its own word.
func (l look) HomeProbe() (string, model.Perl) {
	at := l.Site.Layout()
	return l.Site.Project, model.Call("quoted", at.Variables, at.Start, at.Home+"/nginx/"+l.Site.Project+".conf", at.Own) +
		model.Call("venv", at.Home, "/usr/bin/python3") + model.Call("distributions", at.Home, "/usr/bin/python3") + "put(\"key \");" + model.Call("sum", at.SecretKey) + "put(\"word \");" + model.Call("sum", at.Password)
}

// seen is what a look has seen.
type seen struct {
	done     []string // "kept", "home", ...
	kept     string   // the folder
	domain   string   // that it was taken over with; "" where it is not noted
	recorded bool
	systemd  bool
	home     string            // the owner of the account's home; "" for none
	files    map[string]string // by path
	order    []string          // paths of root's files
	linked   [][2]string       // files by which nginx serves the site from its home: link, and where it leads
	own      [][2]string       // the same of root's
	taken    []string
	foreign  []string
	tools    []string
	old      string // the process of the supervisord of before
	asked    string // its socket
	runs     bool   // processes of the account do, of no such supervisord
	whole    bool   // the virtualenv is
	packages []string
	keySum   string
	wordSum  string
	password []string // "md5", "file"
}

func (l look) read(text string) seen {
	s := seen{files: map[string]string{}, systemd: true}
	file, inHome := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if quoted, ok := strings.CutPrefix(line, ":"); ok && file != "" {
			s.files[file] += quoted + "\n"
			continue
		}
		file = ""
		words := append(strings.Fields(line), "", "", "")
		if inHome {
			if words[0] == "file" {
				if _, known := s.files[words[1]]; !known { // what root has kept is what was there
					file = words[1]
					s.files[file] = ""
				}
			}
			s.readHome(line, words)
			continue
		}
		switch {
		case words[0] == "file":
			file = words[1]
			s.files[file] = ""
			s.order = append(s.order, file)
		case line == "home":
			inHome = true
		default:
			s.readRoot(words)
		}
	}
	return s
}

// readRoot reads a line that root has printed.
func (s *seen) readRoot(words []string) {
	switch words[0] {
	case "note":
		s.done = append(s.done, words[1])
		switch words[1] {
		case "kept":
			s.kept = words[2]
		case "domain":
			s.domain = words[2]
		}
	case "recorded":
		s.recorded = true
	case "no":
		s.systemd = false
	case "linked":
		s.linked = append(s.linked, [2]string{words[1], words[2]})
	case "own":
		s.own = append(s.own, [2]string{words[1], words[2]})
	case "taken":
		s.taken = append(s.taken, words[1])
	case "foreign":
		s.foreign = append(s.foreign, words[1])
	case "tool":
		s.tools = append(s.tools, words[1])
	case "runs":
		s.runs = true
	case "old":
		s.old, s.asked = words[1], words[2]
	case "password":
		s.password = words[1:3]
	case "home":
		s.home = words[1]
	}
}

// readHome reads a line that the account has printed.
func (s *seen) readHome(line string, words []string) {
	switch {
	case line == "ok":
		s.whole = true
	case words[0] == "key" && words[1] == "file":
		s.keySum = words[2]
	case words[0] == "word" && words[1] == "file":
		s.wordSum = words[2]
	case strings.Contains(line, "-info"):
		s.packages = append(s.packages, strings.ToLower(line))
	}
}

func (s seen) has(part string) bool { return slices.Contains(s.done, part) }

// front is the site's nginx file as djship can have it.
func (l look) front(s seen) front {
	text := s.files[l.Site.Layout().Home+"/nginx.conf"]
	if len(s.linked) == 1 && s.kept == "" {
		text = s.files[s.linked[0][1]]
	}
	return readFront(l.naming(), text)
}

// programs are those that the supervisord of before runs.
func (l look) programs(s seen) programs {
	return readPrograms(l.naming(), s.files, slices.DeleteFunc(slices.Clone(s.order), func(path string) bool { return !strings.HasPrefix(path, model.Supervisor+"/") }))
}

func (l look) scripts(s seen) scripts {
	at := l.Site.Layout()
	return readScripts(l.naming(), s.files[at.Variables], s.files[at.Start])
}

// differs tells whether a secret that is written out is another than that of the file with a sum.
func differs(secret, sum string) bool {
	if secret == "" {
		return false
	}
	for _, end := range []string{"\n", ""} {
		if is := sha256.Sum256([]byte(secret + end)); hex.EncodeToString(is[:]) == sum {
			return false
		}
	}
	return true
}
