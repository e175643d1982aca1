package steps

import "fmt"

// Folder is a folder with an owner, a group and a mode.
type Folder struct {
	Path         string
	Owner, Group string
	Mode         string // "0755"
	// By is the account that makes it, "" for root. In a site's home it is the site's own, so that
	// root follows no link there.
	By string
}

// Name implements Step.
func (s Folder) Name() string { return "folder " + s.Path }

func (s Folder) path() string { return s.Path }

// Probe implements Step.
func (s Folder) Probe() Script {
	if s.By != "" {
		return ""
	}
	return statProbe(s.Path)
}

func (s Folder) homeProbe() (string, Script) { return s.By, statProbe(s.Path) }

// Plan implements Step. What is there and is no folder is refused, not removed.
func (s Folder) Plan(_ Facts, seen Observed) Change {
	now := parseStat(firstLine(seen.Text))
	make := fmt.Sprintf("mkdir -m %s %s", s.Mode, Quote(s.Path))
	if s.By != "" {
		make = "as " + s.By + " " + make
	}
	right := setAttributes(s.Path, s.Owner, s.Group, s.Mode, s.By)
	if s.By == "" { // a folder keeps bits that its mode does not name
		right += Script("\nchmod ug-s,-t " + Quote(s.Path))
	}
	if s.By != "" {
		if c := now.foreign(s.Path, s.By); !c.IsZero() {
			return c
		}
	}
	switch {
	case now.kind == absent:
		return Change{Verb: Create, Detail: fmt.Sprintf("%s:%s %s", s.Owner, s.Group, s.Mode), Script: Script(make+"\n") + right}
	case now.kind != "directory":
		return Change{Verb: Refuse, Detail: s.Path + " is a " + now.kind + ", not a folder",
			Hint: inTheWay(s, now.kind)}
	}
	if wrong := now.differs(s.Owner, s.Group, s.Mode); wrong != "" {
		return Change{Verb: Update, Detail: wrong, Script: right}
	}
	return Change{}
}

// inTheWay is what to do about what stands in a folder's place. Where a link of root's leads to what
// sites live of, moving it away would take them down; one that an account has made may lead anywhere.
func inTheWay(s Folder, kind string) string {
	switch {
	case kind != "symbolic link":
		return outOfTheWay
	case s.By != "":
		return "take the link away on the host; where the folder is to lie on another disk, mount that disk's folder there (mount --bind), then run the same command again"
	}
	q := Quote(s.Path)
	return "no link may lead there; mount in its place what it leads to: to=$(readlink -f " + q + ") && rm " + q + " && mkdir " + q +
		" && mount --bind \"$to\" " + q + " && echo \"$to " + s.Path + " none bind 0 0\" >>/etc/fstab - then run the same command again"
}
