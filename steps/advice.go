package steps

import "strings"

// hints tell what to do about outputs that people meet on real servers: the first whose words all
// stand in the last lines of a step.
var hints = []struct{ words, hint string }{
	{"No space left on device", fullDisk},
	{"You don't have enough free space", fullDisk},
	{"Disk quota exceeded", fullDisk},
	{"Read-only file system", "a file system is mounted read-only: look at `dmesg` and `mount` on the host; often the disk is failing"},
	{"cannot lock /etc/", "/etc is read-only, or somebody else is changing accounts: look at `mount` on the host, then run the same command again"},
	{"is still held by", "end the process that holds the lock, or wait for it, then run the same command again"},
	{"is not valid yet", wrongClock},
	{"not yet valid", wrongClock},
	{"certificate has expired", wrongClock},
	{"Release file for", wrongClock},
	{"the index that pip asked", "where that index does not answer, name another by djship_pip_index_url in the inventory or index-url in /etc/pip.conf on the host; else mend what the output names"},
	{"Temporary failure resolving", "the host can't resolve names: look at /etc/resolv.conf there"},
	{"Could not resolve", "the host can't resolve names: look at /etc/resolv.conf there"},
	{"Unable to fetch some archives", deadMirror},
	{"Failed to fetch", deadMirror},
	{"Unable to locate package", deadMirror},
	{"has no installation candidate", deadMirror},
	{"bind() to 0.0.0.0:80 failed", "something else listens on port 80: `ss -ltnp 'sport = :80'` on the host tells what"},
	{"could not connect to server", deadPostgres},
	{"connection to server", deadPostgres},
	{"[emerg]", "mend the file and line that nginx names, then run the same command again"},
	{"the site does not answer", "mend what its log says, then run the same command again"},
}

const (
	fullDisk     = "the disk is full: make room on the host (`df -h`, `apt-get clean`), then run the same command again"
	wrongClock   = "is the host's clock right? `date` there tells, `timedatectl set-ntp true` sets it; then run the same command again"
	deadMirror   = "where the package mirror does not answer, put another one into /etc/apt/sources.list or sources.list.d/ on the host, or a proxy into /etc/apt/apt.conf.d/; then run the same command again"
	deadPostgres = "PostgreSQL does not answer: `systemctl status 'postgresql@*'` and /var/log/postgresql on the host tell why"
)

// outOfTheWay is for what stands where djship puts something else.
const outOfTheWay = "move it out of the way on the host, then run the same command again"

// advice is what to do about a step whose last lines of output are tail.
func advice(tail []string) string {
	text := strings.Join(tail, "\n")
	for _, h := range hints {
		if strings.Contains(text, h.words) {
			return h.hint
		}
	}
	return "mend what the output names, then run the same command again: it goes on where it was"
}
