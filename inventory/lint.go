package inventory

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"

	"djship/inventory/ansible"
	"djship/inventory/source"
	"djship/inventory/sshconfig"
	"djship/nearest"
	"djship/remote"
)

// linter looks for what is odd in an inventory.
type linter struct {
	*ansible.Inventory
	warnings []Warning
	names    map[string]nameFinding // what there is to say of names, worked out once each
}

// lint returns what is odd in an inventory, what its readers saw included, sorted by place.
func lint(read *ansible.Inventory) []Warning {
	l := &linter{Inventory: read, warnings: read.Warnings(), names: map[string]nameFinding{}}
	l.groups()
	l.addresses()
	l.stages()
	l.files()
	for _, g := range read.Groups() {
		l.vars(g.Vars, true, g.Vars.Has)
	}
	for _, h := range read.HostsInOrder() {
		l.vars(h.Inline, false, func(name string) bool { _, ok := h.Var(name); return ok })
	}
	for _, vars := range read.FileVars() {
		l.vars(vars, true, vars.Has)
	}
	slices.SortStableFunc(l.warnings, func(a, b Warning) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), a.Pos.Line-b.Pos.Line, a.Pos.Col-b.Pos.Col)
	})
	return folded(slices.Compact(l.warnings))
}

func (l *linter) warn(at source.Pos, hint, format string, args ...any) {
	l.warnings = append(l.warnings, Warning{Pos: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// folded says the same of several places once, with their number, where the first is.
func folded(warnings []Warning) []Warning {
	type said struct{ text, hint string }
	var all []Warning
	first, times := map[said]int{}, map[int]int{}
	for _, w := range warnings {
		key := said{w.Text, w.Hint}
		at, again := first[key]
		if !again {
			at = len(all)
			first[key] = at
			all = append(all, w)
		}
		times[at]++
	}
	for at, n := range times {
		switch {
		case n == 2:
			all[at].Text += " (and at another place)"
		case n > 2:
			all[at].Text += fmt.Sprintf(" (and at %d other places)", n-1)
		}
	}
	return all
}

func (l *linter) groups() {
	var unused []string
	at := source.Pos{}
	for _, g := range l.Groups() {
		if g.Name != ansible.All && g.Name != ansible.Ungrouped && !hasHosts(g) {
			if len(unused) == 0 {
				at = g.Pos
			}
			unused = append(unused, g.Name)
		}
	}
	switch len(unused) {
	case 0:
	case 1:
		l.warn(at, "give it hosts, or take it out", "group %q is never used: no host is in it", unused[0])
	default:
		l.warn(at, "give them hosts, or take them out", "%d groups are never used, no host is in them: %s", len(unused), some(unused))
	}
}

// hasHosts tells whether a group, or one below it, lists a host.
func hasHosts(g *Group) bool {
	return slices.ContainsFunc(g.Family(), func(g *Group) bool { return len(g.Hosts) > 0 })
}

// addresses looks for hosts that are one machine under several names.
func (l *linter) addresses() {
	type place struct{ address, port string }
	first, others := make(map[place]*Host, len(l.HostsInOrder())), map[place][]*Host{}
	for _, h := range l.HostsInOrder() {
		at := place{h.Name, "22"}
		if _, v, ok := h.ConnectionVar("address"); ok {
			at.address = v.Text()
		}
		if _, v, ok := h.ConnectionVar("port"); ok {
			at.port, _ = sshconfig.ParsePort(v.Number())
		}
		at.address = strings.ToLower(at.address)
		if first[at] == nil {
			first[at] = h
			continue
		}
		others[at] = append(others[at], h)
	}
	var shared []string
	byAddress := map[string][]*Host{}
	for at, hosts := range others {
		key := net.JoinHostPort(at.address, at.port)
		shared = append(shared, key)
		byAddress[key] = append([]*Host{first[at]}, hosts...)
	}
	const hint = "keep one name, in as many groups as you like"
	if len(shared) > 3 {
		slices.Sort(shared)
		l.warn(byAddress[shared[0]][1].Pos, hint, "%d addresses are those of several hosts each: %s", len(shared), some(shared))
		return
	}
	for _, key := range shared {
		hosts := byAddress[key]
		l.warn(hosts[1].Pos, hint, "%s are one address, %s", some(namesOf(hosts)), key)
	}
}

// some lists names, of many only the first.
func some(names []string) string {
	const most = 5
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

func namesOf(hosts []*Host) []string {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.Name
	}
	return names
}

// DefaultStages are the groups that are taken for stages where an inventory has them all.
var DefaultStages = []string{"staging", "production"}

func (l *linter) stages() {
	for _, stage := range DefaultStages {
		if l.Group(stage) == nil {
			return
		}
	}
	var none []*Host
	for _, h := range l.HostsInOrder() {
		if !slices.ContainsFunc(DefaultStages, func(s string) bool { return slices.Contains(h.Groups(), s) }) {
			none = append(none, h)
		}
	}
	if len(none) > 0 {
		l.warn(none[0].Pos, "put them into one of the groups, or name the stages with --stages", "in no stage, neither %s: %s", strings.Join(DefaultStages, " nor "), some(namesOf(none)))
	}
}

// files looks for files of variables that are nobody's, folder by folder.
func (l *linter) files() {
	names := &Inventory{Inventory: l.Inventory}
	for _, u := range l.UnusedFiles() {
		if len(u.Names) > 3 {
			l.warn(source.Pos{File: u.Dir}, "correct their names, or take them out", "%d files are never used, no %s is called like them: %s", len(u.Names), u.Of, some(u.Names))
			continue
		}
		for _, entry := range u.Names {
			name := strings.TrimSuffix(entry, filepath.Ext(entry))
			l.warn(source.Pos{File: filepath.Join(u.Dir, entry)}, near(name, names.near(name)), "the file is never used: no %s is called %s", u.Of, name)
		}
	}
}

func near(name string, names []string) string {
	if len(names) == 0 {
		return "correct the name " + name
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// A nameFinding is what there is to say of a variable by its name alone.
type nameFinding struct {
	right       string // what is probably meant
	secret, key bool
	short       string
	plain       bool // see shortName
}

// name works out what there is to say of a name once.
func (l *linter) name(name string) nameFinding {
	r, ok := l.names[name]
	if !ok {
		short := shortNames[name]
		r = nameFinding{misspelt(name), ansible.IsSecretVar(name), slices.Contains(ansible.ConnectionVars["identityfile"], name), short.means, short.plain}
		if l.names == nil {
			l.names = map[string]nameFinding{}
		}
		l.names[name] = r
	}
	return r
}

// vars looks at variables, of a group or a host; sees tells whether another one is set for it.
func (l *linter) vars(vars ansible.Vars, group bool, sees func(name string) bool) {
	for name, v := range vars {
		r := l.name(name)
		if r.right != "" {
			l.warn(v.Pos, "write "+r.right, "variable %q is not known: did you mean %s?", name, r.right)
		}
		if r.secret && v.Text() != "" && !strings.Contains(v.Text(), "{{") {
			l.warn(v.Pos, "take it out and give it when asked: -k for the login, -K for sudo", "%s stands in plain text", name)
		}
		if r.key {
			l.key(v)
		}
		if r.short != "" && (r.plain || !group) && !slices.ContainsFunc(namesLike(r.short), sees) {
			l.warn(v.Pos, "write "+r.short, "variable %q says nothing to djship: did you mean %s?", name, r.short)
		}
	}
}

func (l *linter) key(v ansible.Value) {
	home := ""
	if me, err := user.Current(); err == nil {
		home = me.HomeDir
	}
	path := sshconfig.Absolute(v.Text(), home)
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		l.warn(v.Pos, "chmod 600 "+remote.ShellWord(path), "private key %s can be read by others (mode %04o)", path, info.Mode().Perm())
	}
}

// misspelt returns the variable that is probably meant by a name that nobody knows, or "".
func misspelt(name string) string {
	if knownVars[name] || len(name) < 8 || !strings.Contains(name, "_") {
		return ""
	}
	names := nearest.Names(name, knownVarNames, 1)
	switch {
	case len(names) > 0 && nearest.Distance(name, names[0]) <= 2:
		return names[0]
	case strings.HasPrefix(name, "djship_"):
		names := variableNames()
		last := len(names) - 1
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return ""
}

// knownVarNames are the variables that djship reads, and Ansible's own that say how it works with a
// host.
var knownVarNames = func() []string {
	names := strings.Fields(`ansible_ssh_args ansible_ssh_common_args ansible_ssh_extra_args ansible_sftp_extra_args
		ansible_scp_extra_args ansible_ssh_executable ansible_ssh_retries ansible_ssh_pipelining
		ansible_pipelining ansible_ssh_transfer_method ansible_ssh_use_tty ansible_control_path
		ansible_shell_type ansible_shell_executable ansible_python_interpreter ansible_remote_tmp
		ansible_remote_user ansible_group_priority ansible_facts ansible_check_mode ansible_collections
		ansible_environment ansible_network_os ansible_winrm_transport ansible_winrm_scheme
		ansible_distribution ansible_hostname ansible_fqdn ansible_domain ansible_os_family
		ansible_local ansible_default_ipv4 ansible_interpreter_python_fallback ansible_su_pass
		ansible_su_user ansible_sudo ansible_sudo_user`)
	for _, list := range ansible.ConnectionVars {
		names = append(names, list...)
	}
	names = append(names, variableNames()...)
	slices.Sort(names)
	return slices.Compact(names)
}()

var knownVars = func() map[string]bool {
	known := map[string]bool{}
	for _, name := range knownVarNames {
		known[name] = true
	}
	return known
}()
