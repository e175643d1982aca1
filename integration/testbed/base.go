//go:build linux

package testbed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var codenames = map[int]string{11: "bullseye", 12: "bookworm", 13: "trixie"}

// packages are what a new cloud server of that release comes with and that matters here, without the Python that
// its cloud-init brings.
const packages = "apt-utils,ca-certificates,cron,dbus,iproute2,iputils-ping,less,libpam-systemd,logrotate,netbase," +
	"openssh-server,procps,sudo,systemd,systemd-sysv,tzdata"

// accounts are made in a new base by its own shell; $1 is the password of "asks".
const accounts = `set -e
useradd -m -s /bin/bash deploy
useradd -m -s /bin/bash -G sudo asks
echo "asks:$1" | chpasswd
echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy
chmod 0440 /etc/sudoers.d/deploy
for home in /root /home/deploy /home/asks; do
	mkdir -p $home/.ssh
	chmod 0700 $home/.ssh
	cp /tmp/key.pub $home/.ssh/authorized_keys
	chmod 0600 $home/.ssh/authorized_keys
done
chown -R deploy: /home/deploy/.ssh
chown -R asks: /home/asks/.ssh
rm -f /tmp/key.pub /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
update-ca-certificates >/dev/null 2>&1
`

// A base is a folder below bases/: its layer and the names of the layers below that. It is complete once it has its
// name, and never changes after.
func basePath(name string) string { return filepath.Join(dir(), "bases", name) }

// installed is the name of the base that is a fresh Debian. It is made anew each month, for the updates.
func installed(ctx context.Context, suite int) (string, error) {
	codename, ok := codenames[suite]
	if !ok {
		return "", fmt.Errorf("no Debian %d among the test hosts: there are 11, 12 and 13", suite)
	}
	pub, err := loginKey(ctx)
	if err != nil {
		return "", err
	}
	cas, pip := extraCAs(), readOr("/etc/pip.conf")
	name := fmt.Sprintf("deb%d-%s", suite, digest(packages, accounts, AsksPassword, pub, cas, pip, time.Now().Format("2006-01")))
	return name, makeBase(name, fmt.Sprintf("deb%d-", suite), func(tmp string) error {
		// With a new month's base, last month's packages go.
		if err := os.RemoveAll(kept(suite)); err != nil {
			return err
		}
		root := filepath.Join(tmp, "layer")
		args := append([]string{"--quiet", "--variant=minbase", "--include=" + packages, codename, root}, mirrors(ctx, codename)...)
		if err := run(ctx, "mmdebstrap", args...); err != nil {
			return err
		}
		files := map[string]string{"tmp/key.pub": pub, "etc/pip.conf": pip, "usr/local/share/ca-certificates/machine.crt": cas}
		for path, text := range files {
			if text == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
				return err
			}
		}
		return run(ctx, "chroot", root, "/bin/sh", "-c", accounts, "sh", AsksPassword)
	})
}

// part ends the name of a base that is being made.
const part = ".part"

// makeBase makes a base where there is none of that name, in a folder of another name until it is complete. Only
// one process at a time makes it, the others wait. Old ones of the same kind are removed.
func makeBase(name, kind string, fill func(tmp string) error) error {
	path := basePath(name)
	if exists(path) {
		return nil
	}
	return locked("base-"+strings.TrimSuffix(kind, "-"), func() error {
		if exists(path) {
			return nil
		}
		tmp := path + part
		if err := os.RemoveAll(tmp); err != nil {
			return err
		}
		if err := os.MkdirAll(tmp, 0o755); err != nil {
			return err
		}
		if err := fill(tmp); err != nil {
			os.RemoveAll(tmp)
			return fmt.Errorf("making base %s: %w", name, err)
		}
		if err := os.Rename(tmp, path); err != nil {
			return err
		}
		return prune(name, kind)
	})
}

// mirrors are the sources.list lines for a release at the mirror that this machine uses. None where it isn't a
// Debian: then mmdebstrap knows best.
func mirrors(ctx context.Context, codename string) []string {
	var lines []string
	for _, uri := range configured(ctx) {
		repo, dist, ok := strings.Cut(strings.TrimSuffix(uri, "/InRelease"), "/dists/")
		if !ok || !strings.HasSuffix(uri, "/InRelease") {
			continue
		}
		for _, known := range codenames {
			if suffix, ok := strings.CutPrefix(dist, known); ok && (suffix == "" || suffix == "-updates" || suffix == "-security") {
				lines = append(lines, fmt.Sprintf("deb %s %s%s main", repo, codename, suffix))
			}
		}
	}
	return lines
}

// loginKey is the public half of the key that opens every host; the pair is made where there is none.
func loginKey(ctx context.Context) (string, error) {
	key := filepath.Join(dir(), "key")
	err := locked("key", func() error {
		if exists(key) && exists(key+".pub") {
			return nil
		}
		os.Remove(key)
		return run(ctx, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "djship test hosts", "-f", key)
	})
	return readOr(key + ".pub"), err
}

func readOr(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
