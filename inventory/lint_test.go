package inventory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	key := write(t, t.TempDir(), "key", "")
	const both = "[staging]\ns\n[production]\np\n"
	for _, c := range []struct {
		name, text string
		files      map[string]string
		want       []string
	}{
		{"nothing odd", "[web]\na ansible_host=192.0.2.1 ansible_user=u djship_domain=x.org color=red\n", nil, nil},
		{"a group never used", "[web]\na\n[old]\n[older:children]\nold\n", nil, []string{
			`FILE:3:2: group "old" is never used: no host is in it`,
			`FILE:4:2: group "older" is never used: no host is in it`}},
		{"a host without a stage", both + "[web]\nx\n", nil, []string{
			`FILE:6:1: in no stage, neither staging nor production: x`}},
		{"no stages, no warning", "[staging]\ns\n[web]\nx\n", nil, nil},
		{"two names for one address", "a ansible_host=192.0.2.1\nb ansible_host=192.0.2.1\nc ansible_host=192.0.2.1 ansible_port=2222\n", nil, []string{
			`FILE:2:1: a and b are one address, 192.0.2.1:22`}},
		{"misspelt variables", "a ansible_usr=u djship_domian=x djship_what=1 ansible_anything_else=1 anisble_host=x\n", nil, []string{
			`FILE:1:3: variable "ansible_usr" is not known: did you mean ansible_user?`,
			`FILE:1:17: variable "djship_domian" is not known: did you mean djship_domain?`,
			`FILE:1:33: variable "djship_what" is not known: did you mean djship_domain or djship_health_path?`,
			`FILE:1:71: variable "anisble_host" is not known: did you mean ansible_host?`}},
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
			file := write(t, dir, "hosts.ini", c.text)
			for name, text := range c.files {
				write(t, dir, name, text)
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
