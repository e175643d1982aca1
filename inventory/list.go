package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"djship/inventory/ansible"
	"djship/nearest"
	"djship/secret"
)

// listedGroup is a group as ansible-inventory --list prints it.
type listedGroup struct {
	Children []string `json:"children,omitempty"`
	Hosts    []string `json:"hosts,omitempty"`
}

// ListJSON returns the inventory as ansible-inventory --list prints it: groups with their hosts and
// children, and under _meta the variables of each host as the host sees them. Of hosts it lists only
// those given. Passwords of logins, of becoming root and of the package index show as a mask; other
// variables show as they are, as in ansible-inventory.
func (i *Inventory) ListJSON(hosts []*Host) ([]byte, error) {
	listed := map[*Host]bool{}
	for _, h := range hosts {
		listed[h] = true
	}
	list := map[string]any{}
	for _, g := range i.Group(ansible.All).Family() {
		var out listedGroup
		for _, c := range g.Children {
			out.Children = append(out.Children, c.Name)
		}
		if g.Name != ansible.All {
			for _, h := range g.Hosts {
				if listed[h] {
					out.Hosts = append(out.Hosts, h.Name)
				}
			}
		}
		if len(out.Children)+len(out.Hosts) > 0 {
			list[g.Name] = out
		}
	}
	hostvars := map[string]any{}
	for _, h := range hosts {
		if vars := shownVars(h); len(vars) > 0 {
			hostvars[h.Name] = vars
		}
	}
	list["_meta"] = map[string]any{"hostvars": hostvars, "profile": "inventory_legacy"}
	return indented(list)
}

// A NameError is a name that no host has.
type NameError struct {
	Name string
	Near []string // names that are close to it
}

func (e *NameError) Error() string { return fmt.Sprintf("no host is called %q", e.Name) }

// Hint says what to do next.
func (e *NameError) Hint() string {
	return cmp.Or(nearest.Question(e.Near), "`djship hosts` lists the names")
}

// HostVars returns one host's variables as JSON, like ansible-inventory --host, masked as in ListJSON,
// or a *NameError.
func (i *Inventory) HostVars(name string) ([]byte, error) {
	h := i.Host(name)
	if h == nil {
		return nil, &NameError{name, nearest.Names(name, namesOf(i.HostsInOrder()), 3)}
	}
	return indented(shownVars(h))
}

// indented is JSON as ansible-inventory lays it out.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// shownVars are a host's variables as they are printed.
func shownVars(h *Host) map[string]any {
	shown := map[string]any{}
	for name, v := range h.Vars() {
		switch {
		case hiddenVars[name]:
		case ansible.IsSecretVar(name) && v.Any != nil:
			shown[name] = secret.New("set").String()
		case (name == pipIndexVar || name == pythonMirrorVar) && v.Any != nil:
			shown[name] = maskedURL(v.Text())
		default:
			shown[name] = v.Any
		}
	}
	return shown
}

// hiddenVars are names that Ansible gives to values of its own, whatever an inventory says.
var hiddenVars = func() map[string]bool {
	hidden := map[string]bool{}
	for name := range strings.FieldsSeq(`
		ansible_async_path ansible_collection_name ansible_config_file ansible_dependent_role_names
		ansible_diff_mode ansible_facts ansible_forks ansible_inventory_sources ansible_limit
		ansible_play_batch ansible_play_hosts ansible_play_hosts_all ansible_play_role_names
		ansible_playbook_python ansible_role_name ansible_role_names ansible_run_tags
		ansible_skip_tags ansible_verbosity ansible_version inventory_dir inventory_file
		inventory_hostname inventory_hostname_short groups group_names hostvars playbook_dir
		play_hosts role_name role_names role_path role_uuid`) {
		hidden[name] = true
	}
	return hidden
}()
