package ansible

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"djship/inventory/source"
	"djship/remote"

	"go.yaml.in/yaml/v3"
)

// script runs an executable inventory with --list and reads the JSON it prints. An executable file
// that the system cannot run is a text file with a wrong mode, and is read as that.
func (l *loader) script(name string) {
	out, err := l.runScript(name, "--list")
	if errors.Is(err, syscall.ENOEXEC) {
		l.plainFile(name)
		return
	}
	if err != nil {
		l.fail(&source.ReadError{Name: name, Err: err})
		return
	}
	if !json.Valid(out) {
		l.fail(&source.ReadError{Name: name, Err: fmt.Errorf("what it prints for --list is not JSON: %s", firstLine(out))})
		return
	}
	r := &scriptReader{yamlReader{document{file: name}, l.inv}, nil, l.runScript}
	root := jsonNode(out)
	if root == nil || root.Kind != yaml.MappingNode {
		l.fail(&source.ReadError{Name: name, Err: errors.New("what it prints for --list is not a map of groups")})
		return
	}
	r.read(name, root)
	l.fail(r.errs...)
}

func (l *loader) runScript(name string, args ...string) ([]byte, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	var out, messages bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &messages, remote.ChildEnv()
	err = cmd.Start()
	if err == nil {
		if !l.reported[path] {
			l.reported[path] = true
			l.runs(path)
		}
		err = cmd.Wait()
	}
	if err != nil {
		if text := firstLine(messages.Bytes()); text != "" {
			return nil, fmt.Errorf("run with %s: %w: %s", strings.Join(args, " "), err, text)
		}
		return nil, fmt.Errorf("run with %s: %w", strings.Join(args, " "), err)
	}
	return out.Bytes(), nil
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line
}

// scriptReader reads what an executable inventory prints: groups of host names, and under _meta
// the variables of hosts.
type scriptReader struct {
	yamlReader
	hosts []*Host
	run   func(name string, args ...string) ([]byte, error)
}

func (r *scriptReader) read(name string, root *yaml.Node) {
	meta := false
	var hostVars []pair
	for _, p := range r.pairs(root, "the inventory") {
		if p.key != "_meta" {
			r.group(p)
			continue
		}
		for _, m := range r.pairs(p.value, "_meta") {
			if m.key == "hostvars" {
				meta = true
				hostVars = r.pairs(m.value, "hostvars of _meta")
			}
		}
	}
	if !meta {
		r.askHosts(name)
	}
	for _, p := range hostVars {
		if h := r.inv.host[p.key]; h != nil {
			r.vars(h, p.value)
		}
	}
}

// askHosts runs the script with --host for every host that it named.
func (r *scriptReader) askHosts(name string) {
	for _, h := range r.hosts {
		out, err := r.run(name, "--host", h.Name)
		switch {
		case err != nil:
			r.errs = append(r.errs, &source.ReadError{Name: name, Err: err})
			return
		case firstLine(out) == "":
		case !json.Valid(out):
			r.errs = append(r.errs, &source.ReadError{Name: name, Err: fmt.Errorf("what it prints for --host %s is not JSON: %s", h.Name, firstLine(out))})
		default:
			if n := jsonNode(out); n != nil {
				r.vars(h, n)
			}
		}
	}
}

func (r *scriptReader) vars(h *Host, n *yaml.Node) {
	for _, v := range r.pairs(n, fmt.Sprintf("host %q", h.Name)) {
		h.Inline[v.key] = r.value(v.value, v.key)
	}
}

// group reads a group: a list of hosts, or a map of hosts, vars and children; any other map is one
// host of the group's name with these variables.
func (r *scriptReader) group(p pair) {
	g := r.inv.addGroup(p.key, r.pos(p.at))
	if p.value.Kind == yaml.SequenceNode {
		r.members(g, p.value)
		return
	}
	known := false
	for _, part := range r.pairs(p.value, fmt.Sprintf("group %q", p.key)) {
		switch part.key {
		case "hosts":
			r.members(g, part.value)
		case "vars":
			for _, v := range r.pairs(part.value, fmt.Sprintf("vars of group %q", g.Name)) {
				if err := g.setVar(v.key, r.value(v.value, v.key)); err != nil {
					r.fail(v.value, "%v", err)
				}
			}
		case "children":
			for _, c := range r.names(part.value, fmt.Sprintf("children of group %q", g.Name)) {
				if err := g.addChild(r.inv.addGroup(c.Value, r.pos(c))); err != nil {
					r.fail(c, "%v", err)
				}
			}
		default:
			continue
		}
		known = true
	}
	if !known {
		r.fail(p.at, "group %q has neither hosts nor vars nor children", p.key)
	}
}

func (r *scriptReader) members(g *Group, list *yaml.Node) {
	for _, n := range r.names(list, fmt.Sprintf("hosts of group %q", g.Name)) {
		if r.login(pair{n.Value, n, n}) {
			continue
		}
		r.hosts = append(r.hosts, r.inv.addHost(n.Value, 0, g, r.pos(n)))
	}
}

// names returns the members of a list of names.
func (r *scriptReader) names(list *yaml.Node, what string) []*yaml.Node {
	if list.Kind != yaml.SequenceNode {
		r.fail(list, "%s are %s: expected a list", what, kindName(list))
		return nil
	}
	for _, n := range list.Content {
		if n.Kind != yaml.ScalarNode || n.Style != yaml.DoubleQuotedStyle || n.Value == "" {
			r.fail(n, "%s hold %s: expected names", what, kindName(n))
			return nil
		}
	}
	return list.Content
}
