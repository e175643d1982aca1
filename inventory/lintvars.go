package inventory

import (
	"os"
	"os/user"
	"slices"
	"strings"

	"djship/inventory/ansible"
	"djship/inventory/sshconfig"
	"djship/shell"
)

// A nameFinding is what there is to say of a variable by its name alone.
type nameFinding struct {
	meant   string // the variable that it is misspelt from; "" where it is none
	secret  bool   // its value is a password
	key     bool   // its value is a private key's file
	short   string // the variable that it stands for, as user for ansible_user
	certain bool   // see shortName
}

// name works out what there is to say of a name once.
func (l *linter) name(name string) nameFinding {
	r, ok := l.names[name]
	if !ok {
		short := shortNames[name]
		r = nameFinding{misspelt(name), ansible.IsSecretVar(name), slices.Contains(ansible.ConnectionVars["identityfile"], name), short.means, short.certain}
		l.names[name] = r
	}
	return r
}

// vars looks at variables, of a group or a host; sees tells whether another one is set for it.
func (l *linter) vars(vars ansible.Vars, group bool, sees func(name string) bool) {
	for name, v := range vars {
		r := l.name(name)
		if r.meant != "" {
			l.warn(v.Pos, "write "+r.meant, "variable %q is not known: did you mean %s?", name, r.meant)
		}
		if r.secret && v.Text() != "" && !strings.Contains(v.Text(), "{{") {
			l.warn(v.Pos, "take it out and give it when asked: -k for the login, -K for sudo", "%s stands in plain text", name)
		}
		if r.key {
			l.key(v)
		}
		if r.short != "" && (r.certain || !group) && !slices.ContainsFunc(namesLike(r.short), sees) {
			l.warn(v.Pos, "write "+r.short, "variable %q says nothing to djship: did you mean %s?", name, r.short)
		}
	}
}

// key looks at the mode of a private key.
func (l *linter) key(v ansible.Value) {
	home := ""
	if me, err := user.Current(); err == nil {
		home = me.HomeDir
	}
	path := sshconfig.Absolute(v.Text(), home)
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		l.warn(v.Pos, "chmod 600 "+shell.Quote(path), "private key %s can be read by others (mode %04o)", path, info.Mode().Perm())
	}
}
