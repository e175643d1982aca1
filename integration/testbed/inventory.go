//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Inventory writes an inventory for djship and a configuration for ssh that have these hosts, and returns the paths
// of both. Those it wrote before are replaced.
func Inventory(hosts []*Host) (inventory, sshConfig string, err error) {
	var inv, conf, known strings.Builder
	knownHosts := filepath.Join(dir(), "known_hosts")
	for _, h := range hosts {
		jump, via := "", ""
		if front := h.front(hosts); front != nil {
			jump, via = "\tProxyJump "+front.Name()+"\n", " -o ProxyJump=root@"+front.Addr()
		}
		fmt.Fprintf(&inv, "%s ansible_host=%s ansible_user=root ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s%s'\n",
			h.Name(), h.Addr(), h.Key(), knownHosts, via)
		fmt.Fprintf(&conf, "Host %s\n\tHostName %s\n\tUser root\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n%s\n",
			h.Name(), h.Addr(), h.Key(), knownHosts, jump)
		known.WriteString(readOr(h.KnownHosts()))
	}
	inventory, sshConfig = filepath.Join(dir(), "hosts.ini"), filepath.Join(dir(), "ssh_config")
	return inventory, sshConfig, errors.Join(
		writeFile(inventory, []byte(inv.String()), 0o644),
		writeFile(sshConfig, []byte(conf.String()), 0o644),
		writeFile(knownHosts, []byte(known.String()), 0o644))
}

func (h *Host) front(among []*Host) *Host {
	for _, f := range among {
		if f.ID == h.Behind {
			return f
		}
	}
	return nil
}
