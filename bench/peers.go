//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"djship/integration/testbed"
)

// peers are pyinfra and Ansible, installed from PyPI into a virtualenv in the cache folder.
type peers struct {
	bin string
}

func newPeers(ctx context.Context) (*peers, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	venv := filepath.Join(cache, "djship-bench", "venv")
	p := &peers{bin: filepath.Join(venv, "bin")}
	if _, err := os.Stat(filepath.Join(p.bin, "ansible-playbook")); err == nil {
		return p, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", venv},
		{filepath.Join(p.bin, "pip"), "install", "-q", "--disable-pip-version-check", "pyinfra>=3,<4", "ansible-core"},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("installing pyinfra and Ansible (leave them out with -peers=false): %w\n%s", err, out)
		}
	}
	return p, nil
}

// needPackage installs one of Debian's where its program is missing.
func needPackage(ctx context.Context, name string) error {
	if _, err := exec.LookPath(name); err == nil {
		return nil
	}
	out, err := exec.CommandContext(ctx, "sh", "-c", "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "+name).CombinedOutput()
	if err != nil {
		return fmt.Errorf("installing %s: %w\n%s", name, err, tail(string(out)))
	}
	return nil
}

// files is this program's folder in the source, with the others' scripts.
func files(name ...string) string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(append([]string{filepath.Dir(here)}, name...)...)
}

// A target is a host, and how each tool is told of it.
type target struct {
	*testbed.Host
	dir string
}

// target writes the inventories that have one host.
func (b *bench) target(h *testbed.Host) (target, error) {
	t := target{h, filepath.Join(b.dir, h.Name())}
	if err := os.MkdirAll(t.dir, 0o755); err != nil {
		return t, err
	}
	ini := fmt.Sprintf("%s ansible_host=%s ansible_user=deploy ansible_become=true ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s'\n",
		h.Name(), h.Addr(), h.Key(), h.KnownHosts())
	py := fmt.Sprintf("all = [(%q, {'ssh_user': 'deploy', 'ssh_key': %q, 'ssh_known_hosts_file': %q})]\n", h.Addr(), h.Key(), h.KnownHosts())
	if err := os.WriteFile(filepath.Join(t.dir, "hosts.ini"), []byte(ini), 0o644); err != nil {
		return t, err
	}
	return t, os.WriteFile(filepath.Join(t.dir, "hosts.py"), []byte(py), 0o644)
}

// djship is a djship command for the host.
func (b *bench) djshipOn(t target, args ...string) side {
	return side{name: "djship", args: append([]string{b.djship, "-i", filepath.Join(t.dir, "hosts.ini"), "--log-dir", filepath.Join(t.dir, "log")}, args...)}
}

// openssh is a command on the host by OpenSSH, with a file of raw/ as stdin where one is named.
func openssh(t target, name, stdin, command string) side {
	s := side{name: name, args: append(append([]string{"ssh"}, t.SSH("deploy")...), command)}
	if stdin != "" {
		s.stdin = files("raw", stdin)
	}
	return s
}

func (p *peers) pyinfra(t target, script string) side {
	return side{name: "pyinfra", args: []string{filepath.Join(p.bin, "pyinfra"), "-y", filepath.Join(t.dir, "hosts.py"), script}, dir: files("pyinfra")}
}

func (p *peers) ansible(t target, playbook string) side {
	return side{name: "Ansible", args: []string{filepath.Join(p.bin, "ansible-playbook"), "-i", filepath.Join(t.dir, "hosts.ini"), playbook}, dir: files("ansible"),
		env: []string{"ANSIBLE_CONFIG=" + files("ansible", "ansible.cfg"), "ANSIBLE_HOME=" + filepath.Join(t.dir, "ansible"), "ANSIBLE_SSH_CONTROL_PATH_DIR=" + filepath.Join(t.dir, "cp"), "ANSIBLE_NOCOLOR=1"}}
}
