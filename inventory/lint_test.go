package inventory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/inventory/inventorytest"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	key := inventorytest.Write(t, t.TempDir(), "key", "")
	const both = "[staging]\ns\n[production]\np\n"
	for _, c := range []struct {
		name, text string
		files      map[string]string
		want       []string
	}{
		{"nothing odd", "[web]\na ansible_host=192.0.2.1 ansible_user=u djship_domain=x.org color=red\n", nil, nil},
		{"a group never used", "[web]\na\n[old]\n", nil, []string{
			`FILE:3:2: group "old" is never used: no host is in it -> give it hosts, or take it out`}},
		{"groups never used", "[web]\na\n[g1]\n[g2]\n[g3:children]\ng1\n[g4]\n[g5]\n[g6]\n[g7]\n", nil, []string{
			`FILE:3:2: 7 groups are never used, no host is in them: g1, g2, g3, g4, g5 and 2 more -> give them hosts, or take them out`}},
		{"a group named as the one host in it", "[localhost]\nlocalhost\n[web]\na\n", nil, []string{
			`FILE:1:2: "localhost" is a group and the one host in it -> give the group another name`}},
		{"the same in several places", "a ansible_password=x\nb ansible_password=y ansible_usr=u\nc ansible_password=z ansible_usr=u\n", nil, []string{
			`FILE:1:3: ansible_password stands in plain text (and at 2 other places) -> take it out and give it when asked: -k for the login, -K for sudo`,
			`FILE:2:22: variable "ansible_usr" is not known: did you mean ansible_user? (and at another place) -> write ansible_user`}},
		{"many addresses of several hosts", "a[1:2] ansible_host=x1\nb[1:2] ansible_host=x2\nc[1:2] ansible_host=x3\nd[1:2] ansible_host=x4\n", nil, []string{
			`FILE:1:1: 4 addresses are those of several hosts each: x1:22, x2:22, x3:22 and x4:22`}},
		{"one address in two spellings of its port", "a ansible_host=x ansible_port=022\nb ansible_host=x\n", nil, []string{
			`FILE:2:1: a and b are one address, x:22`}},
		{"short names", "a user=deploy\nb ssh_user=x ssh_port=22 host=192.0.2.1 key=~/k become=yes\n", nil, []string{
			`FILE:1:3: variable "user" says nothing to djship: did you mean ansible_user? -> write ansible_user`,
			`FILE:2:3: variable "ssh_user" says nothing to djship: did you mean ansible_user? -> write ansible_user`,
			`FILE:2:14: variable "ssh_port" says nothing to djship: did you mean ansible_port? -> write ansible_port`,
			`FILE:2:26: variable "host" says nothing to djship: did you mean ansible_host? -> write ansible_host`,
			`FILE:2:41: variable "key" says nothing to djship: did you mean ansible_private_key_file? -> write ansible_private_key_file`,
			`FILE:2:49: variable "become" says nothing to djship: did you mean ansible_become? -> write ansible_become`}},
		{"short names beside the right ones", "a user=app ansible_ssh_user=u ip=10.0.0.1 ansible_host=192.0.2.1\n[all:vars]\nansible_port=22\nport=8000\n", nil, nil},
		{"short names of groups", "a\n[all:vars]\nport=5432\npassword=x\nhost=db\nuser=deploy\n", nil, []string{
			`FILE:6:1: variable "user" says nothing to djship: did you mean ansible_user? -> write ansible_user`}},
		{"short names in host_vars", "a\n", map[string]string{"host_vars/a.yml": "ssh_user: x\n"}, []string{
			`DIR/host_vars/a.yml:1:11: variable "ssh_user" says nothing to djship: did you mean ansible_user? -> write ansible_user`}},
		{"many files of nobody", "a\n", map[string]string{"group_vars/w1": "x: 1\n", "group_vars/w2": "x: 1\n", "group_vars/w3": "x: 1\n", "group_vars/w4.yml": "x: 1\n"}, []string{
			`DIR/group_vars: 4 files are never used, no group is called like them: w1, w2, w3 and w4.yml -> correct their names, or take them out`}},
		{"a host without a stage", both + "[web]\nx\n", nil, []string{
			`FILE:6:1: in no stage, neither staging nor production: x`}},
		{"no stages, no warning", "[staging]\ns\n[web]\nx\n", nil, nil},
		{"two names for one address", "a ansible_host=192.0.2.1\nb ansible_host=192.0.2.1\nc ansible_host=192.0.2.1 ansible_port=2222\n", nil, []string{
			`FILE:2:1: a and b are one address, 192.0.2.1:22`}},
		{"misspelt variables", "a ansible_usr=u djship_domian=x djship_what=1 ansible_anything_else=1 anisble_host=x\n", nil, []string{
			`FILE:1:3: variable "ansible_usr" is not known: did you mean ansible_user?`,
			`FILE:1:17: variable "djship_domian" is not known: did you mean djship_domain?`,
			"FILE:1:33: variable \"djship_what\" is not known: did you mean one of those that `djship help variables` lists?",
			`FILE:1:71: variable "anisble_host" is not known: did you mean ansible_host?`}},
		{"djship's own variables", "a djship_domain=x.org djship_health_path=/up djship_pip_index_url=https://u:p@pypi.example.com/simple\n", nil, nil},
		{"a password", "a ansible_password=hunter2 ansible_become_pass=\"{{ vault }}\"\n", nil, []string{
			`FILE:1:3: ansible_password stands in plain text`}},
		{"a password in group_vars", "[web]\na\nb\n", map[string]string{"group_vars/web.yml": "ansible_become_password: x\n"}, []string{
			`DIR/group_vars/web.yml:1:26: ansible_become_password stands in plain text`}},
		{"a private key", "a ansible_ssh_private_key_file=" + key + "\n", nil, []string{
			`FILE:1:3: private key KEY can be read by others (mode 0644)`}},
		{"a comment within a word", "a x=ab#cd y=2\nb x='ab#cd'\nc x=1 # fine\n", nil, []string{
			`FILE:1:7: a # within a word begins a comment: the rest of the line is passed over`}},
		{"a remark in a vars section", "a\n[all:vars]\nx=foo # note\ny=8080 # note\n", nil, []string{
			`FILE:3:3: a remark behind a value in a :vars section is part of the value of "x"`}},
		{"a backward range", "web[3:1]\nb\n", nil, []string{
			`FILE:1:1: range "web[3:1]" is empty: it stands for no host`}},
		{"files of nobody", "[web]\na\n", map[string]string{"group_vars/wbe.yml": "x: 1\n", "host_vars/b": "x: 1\n", "host_vars/a.yaml": "x: 1\n"}, []string{
			`DIR/group_vars/wbe.yml: the file is never used: no group is called wbe -> did you mean web?`,
			`DIR/host_vars/b: the file is never used: no host is called b -> correct the name b`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := inventorytest.Write(t, dir, "hosts.ini", c.text)
			for name, text := range c.files {
				inventorytest.Write(t, dir, name, text)
			}
			if err := os.Chmod(key, 0o644); err != nil {
				t.Fatal(err)
			}
			inv, err := Load([]string{file}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, w := range inv.Warnings() {
				text := w.String()
				if i < len(c.want) && strings.Contains(c.want[i], " -> ") {
					text += " -> " + w.Hint
				}
				got = append(got, strings.NewReplacer(file, "FILE", filepath.Dir(file), "DIR", key, "KEY").Replace(text))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The command that mends a key's mode works whatever its folder is called.
func TestHintOfAKeyIsQuoted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's, mine")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	key := inventorytest.Write(t, dir, "key", "")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	inv, err := Load([]string{inventorytest.Write(t, t.TempDir(), "hosts.yml", "all: {hosts: {a: {ansible_ssh_private_key_file: \""+key+"\"}}}\n")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	warnings := inv.Warnings()
	if len(warnings) != 1 || warnings[0].Hint != "chmod 600 '"+strings.ReplaceAll(key, "'", `'\''`)+"'" {
		t.Errorf("%+v", warnings)
	}
}
