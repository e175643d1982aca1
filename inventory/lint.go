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

	"djship/shell"
)

// A Warning is something in an inventory that works and is hardly meant.
type Warning struct {
	Pos  Pos
	Text string // one sentence, lower case, without a full stop
	Hint string // what to do about it
}

func (w Warning) String() string {
	if w.Pos.File == "" {
		return w.Text
	}
	return w.Pos.String() + ": " + w.Text
}

// Warnings returns what is odd in the inventory, sorted by place.
func (i *Inventory) Warnings() []Warning { return slices.Clone(i.warnings) }

func (i *Inventory) warn(at Pos, hint, format string, args ...any) {
	i.warnings = append(i.warnings, Warning{at, fmt.Sprintf(format, args...), hint})
}

// lint looks for what is odd, once all is read.
func (i *Inventory) lint(files *varFiles) {
	i.lintGroups()
	i.lintAddresses()
	i.lintStages()
	i.lintFiles(files)
	for _, g := range i.groups {
		i.lintVars(g.vars, true, g.vars.has)
	}
	for _, h := range i.hosts {
		i.lintVars(h.inline, false, h.sees)
	}
	for _, vars := range files.all {
		i.lintVars(vars, true, vars.has)
	}
	i.findings = nil
	slices.SortStableFunc(i.warnings, func(a, b Warning) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), a.Pos.Line-b.Pos.Line, a.Pos.Col-b.Pos.Col)
	})
	i.warnings = folded(slices.Compact(i.warnings))
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

func (i *Inventory) lintGroups() {
	var unused []string
	at := Pos{}
	for _, g := range i.groups {
		if g.Name != allGroup && g.Name != ungroupedGroup && !g.inhabited() {
			if len(unused) == 0 {
				at = g.Pos
			}
			unused = append(unused, g.Name)
		}
	}
	switch len(unused) {
	case 0:
	case 1:
		i.warn(at, "give it hosts, or take it out", "group %q is never used: no host is in it", unused[0])
	default:
		i.warn(at, "give them hosts, or take them out", "%d groups are never used, no host is in them: %s", len(unused), some(unused))
	}
}

func (g *Group) inhabited() bool {
	return slices.ContainsFunc(g.family(), func(g *Group) bool { return len(g.Hosts) > 0 })
}

// lintAddresses looks for hosts that are one machine under several names.
func (i *Inventory) lintAddresses() {
	type place struct{ address, port string }
	first, others := make(map[place]*Host, len(i.hosts)), map[place][]*Host{}
	for _, h := range i.hosts {
		at := place{h.Name, "22"}
		if _, v, ok := h.connVar("address"); ok {
			at.address = v.Text()
		}
		if _, v, ok := h.connVar("port"); ok {
			at.port, _ = portText(v.number())
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
		i.warn(byAddress[shared[0]][1].Pos, hint, "%d addresses are those of several hosts each: %s", len(shared), some(shared))
		return
	}
	for _, key := range shared {
		hosts := byAddress[key]
		i.warn(hosts[1].Pos, hint, "%s are one address, %s", some(namesOf(hosts)), key)
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

func (i *Inventory) lintStages() {
	for _, stage := range DefaultStages {
		if i.group[stage] == nil {
			return
		}
	}
	var none []*Host
	for _, h := range i.hosts {
		if !slices.ContainsFunc(DefaultStages, func(s string) bool { return slices.Contains(h.groups, s) }) {
			none = append(none, h)
		}
	}
	if len(none) > 0 {
		i.warn(none[0].Pos, "put them into one of the groups, or name the stages with --stages", "in no stage, neither %s: %s", strings.Join(DefaultStages, " nor "), some(namesOf(none)))
	}
}

// lintFiles looks for files of variables that are nobody's, folder by folder.
func (i *Inventory) lintFiles(files *varFiles) {
	for dir, entries := range files.listed {
		var unused []string
		for entry := range entries {
			name := strings.TrimSuffix(entry, filepath.Ext(entry))
			isVars := slices.Contains(varExtensions, filepath.Ext(entry))
			if !(i.known(dir, entry) || isVars && i.known(dir, name) || strings.HasPrefix(entry, ".") || strings.HasSuffix(entry, "~")) {
				unused = append(unused, entry)
			}
		}
		kind := "group"
		if filepath.Base(dir) == "host_vars" {
			kind = "host"
		}
		slices.Sort(unused)
		if len(unused) > 3 {
			i.warn(Pos{File: dir}, "correct their names, or take them out", "%d files are never used, no %s is called like them: %s", len(unused), kind, some(unused))
			continue
		}
		for _, entry := range unused {
			name := strings.TrimSuffix(entry, filepath.Ext(entry))
			i.warn(Pos{File: filepath.Join(dir, entry)}, near(name, i.near(name)), "the file is never used: no %s is called %s", kind, name)
		}
	}
}

func (i *Inventory) known(dir, name string) bool {
	if filepath.Base(dir) == "host_vars" {
		return i.host[name] != nil
	}
	return i.group[name] != nil
}

func near(name string, names []string) string {
	if len(names) == 0 {
		return "correct the name " + name
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

// A finding is what there is to say of a variable by its name alone.
type finding struct {
	right       string // what is probably meant
	secret, key bool
	short       string
	plain       bool // see shortName
}

// find works out what there is to say of a name once.
func (i *Inventory) find(name string) finding {
	r, ok := i.findings[name]
	if !ok {
		short := shortNames[name]
		r = finding{misspelt(name), secretVar(name), slices.Contains(connVars["identityfile"], name), short.means, short.plain}
		if i.findings == nil {
			i.findings = map[string]finding{}
		}
		i.findings[name] = r
	}
	return r
}

// lintVars looks at variables, of a group or a host; sees tells whether another one is set for it.
func (i *Inventory) lintVars(vars Vars, group bool, sees func(name string) bool) {
	for name, v := range vars {
		r := i.find(name)
		if r.right != "" {
			i.warn(v.Pos, "write "+r.right, "variable %q is not known: did you mean %s?", name, r.right)
		}
		if r.secret && v.Text() != "" && !strings.Contains(v.Text(), "{{") {
			i.warn(v.Pos, "take it out and give it when asked: -k for the login, -K for sudo", "%s stands in plain text", name)
		}
		if r.key {
			i.lintKey(v)
		}
		if r.short != "" && (r.plain || !group) && !slices.ContainsFunc(namesLike(r.short), sees) {
			i.warn(v.Pos, "write "+r.short, "variable %q says nothing to djship: did you mean %s?", name, r.short)
		}
	}
}

func (i *Inventory) lintKey(v Value) {
	home := ""
	if me, err := user.Current(); err == nil {
		home = me.HomeDir
	}
	path := absolute(v.Text(), home)
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		i.warn(v.Pos, "chmod 600 "+shell.Quote(path), "private key %s can be read by others (mode %04o)", path, info.Mode().Perm())
	}
}

// misspelt returns the variable that is probably meant by a name that nobody knows, or "".
func misspelt(name string) string {
	if knownVars[name] || len(name) < 8 || !strings.Contains(name, "_") {
		return ""
	}
	names := nearest(name, knownVarNames, 1)
	switch {
	case len(names) > 0 && distance(name, names[0]) <= 2:
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
	for _, list := range connVars {
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
