// Package advice tells what to do about what programs of a host have printed: apt, pip, nginx, PostgreSQL.
package advice

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"djship/steps/model"
)

// A hint says what to do about an output that people meet on real servers. It belongs to what a program
// says when just that is the matter, and to nothing like it: where two programs say nearly the same,
// the one that says more stands first.
type hint struct {
	says *regexp.Regexp
	do   string // $1 is what the first group of says has matched
}

// hints are in the order in which they are looked for. (?m) has ^ and $ be a line's. They are compiled when
// the first step has failed.
var hints = sync.OnceValue(func() []hint {
	var all []hint
	add := func(do string, says ...string) {
		for _, s := range says {
			all = append(all, hint{regexp.MustCompile(`(?m)` + s), do})
		}
	}

	for _, h := range slices.Concat(ofReleases, ofMigrations) {
		add(h[1], h[0])
	}

	// Certificates. The site is served as before.
	add("mend what it names"+model.Again+"; a name that can't lead here is left out by djship_tls_names in the inventory", `^no order is made:`)
	add("can the host reach it? `curl -I` of that address there tells; who has signed its certificate, where nobody knows it, is named by djship_acme_ca in the inventory"+model.Again, `^the CA at \S+ (?:does not answer|answers \d+)`)
	add("the CA has to reach port 80 of each address that DNS has for these names: look at the firewall of host and provider"+model.Again, `^Certbot failed to authenticate some domains`, `^The following errors were reported by the server:`)
	add("the site is served as before: wait until the time that is named"+model.Again, `urn:ietf:params:acme:error:rateLimited`, `orders for the site have failed within an hour`)

	// Room.
	add("the kernel gives no more semaphores or shared memory: `sysctl kernel.sem kernel.shmall` on the host, and /etc/sysctl.d/ to raise them"+model.Again,
		`could not create (?:semaphores|shared memory segment): No space left on device`)
	add("the kernel watches no more files: raise fs.inotify.max_user_watches in /etc/sysctl.d/ on the host"+model.Again, `inotify[^\n]*No space left on device`)
	add("a quota is used up: `repquota -a` on the host tells whose; raise it or make room"+model.Again, `Disk quota exceeded`)
	add(fullDisk, `No space left on device`, `Out of diskspace`, `^E: You don't have enough free space`)
	add("the disk is full, or fails: `df -h`, `df -i` and `dmesg` on the host tell"+model.Again, `: (?:printf|echo): (?:printf: |echo: )?I/O error`)
	add("the host has too little memory: `free -m` and `dmesg` there tell; end something, or add swap"+model.Again,
		`^Killed$`, `Killed signal terminated program`, `Cannot allocate memory`, `^MemoryError`, `virtual memory exhausted`)
	add("a file system is mounted read-only: look at `dmesg` and `mount` on the host; often the disk is failing", `Read-only file system`)
	add("something keeps root from changing that file: `lsattr` on the host shows a file that may not be changed (chattr -i allows it), `findmnt` a network's file system that takes root for nobody"+model.Again, `Operation not permitted`)

	// Somebody else is at it.
	add("/etc is read-only, or somebody else is changing accounts: look at `mount` on the host"+model.Again, `cannot lock /etc/`)
	add("an administrator has made that file one that can't be changed: `chattr -i` on the host allows it, as root"+model.Again, `cannot open /etc/(?:passwd|shadow|group|gshadow)`)
	add("end the process that holds the lock, or wait for it"+model.Again, `is still held by`, `^E: Could not get lock`)

	// The clock and certificates.
	add(wrongClock+"; if it is right, that mirror has not been brought up to date: name another in /etc/apt/sources.list.d/ on the host", `^E: Release file for \S+ is (?:expired|not valid yet)`)
	add(wrongClock+model.Again, `certificate is not yet valid`, `certificate has expired`)
	add("the host does not know who signed that certificate: put a proxy's or a company's own authority into /usr/local/share/ca-certificates on the host and run update-ca-certificates there"+model.Again,
		`unable to get local issuer certificate`, `self[- ]signed certificate`, `The certificate is NOT trusted`)

	// Names and ways.
	add("the host can't resolve names: look at /etc/resolv.conf there", `Temporary failure (?:resolving|in name resolution)`, `Could not resolve (?:'|host)`)
	add("the proxy does not let it through: look at /etc/apt/apt.conf.d/ (Acquire::http::Proxy), /etc/pip.conf (proxy) and /etc/environment on the host"+model.Again,
		`Cannot connect to proxy`, `Invalid response from proxy`, `407\s+Proxy Authentication Required`)

	// apt and dpkg.
	add("that repository is gone: take it out of /etc/apt/sources.list or sources.list.d/ on the host, or name one that is there"+model.Again,
		`^E: The repository '[^']*' (?:no longer has|does not have) a Release file`)
	add("the key of that repository is missing, or too old: put a new one where its line in /etc/apt/sources.list.d/ says (signed-by), or take the repository out"+model.Again,
		`NO_PUBKEY`, `EXPKEYSIG`, `^E: The repository '[^']*' is not signed`)
	add("packages are held: `apt-mark showhold` on the host lists them, `apt-mark unhold` lets go"+model.Again, `^E: Held packages were changed`)
	add("packages of another repository or a pin are in the way: `apt-cache policy PACKAGE` on the host tells where each version is from, /etc/apt/preferences.d/ what is pinned, `apt-mark showhold` what is held"+model.Again,
		`^E: Unable to correct problems, you have held broken packages`, `^E: Packages were downgraded`)
	add(deadMirror, `^E: Unable to fetch some archives`, `^[EW]: Failed to fetch`)
	add("apt knows $1 and may not install it: `apt-cache policy $1` on the host tells of a pin in /etc/apt/preferences.d/, or that the part of the distribution that has it is not in /etc/apt/sources.list.d/"+model.Again,
		`^E: Package '([\w.+-]+)' has no installation candidate`)
	add("the package lists have no $1: look in /etc/apt/sources.list and sources.list.d/ on the host for main (on Ubuntu universe, too)"+model.Again,
		`^E: Unable to locate package ([\w.+-]+)`)
	add("a package could not be set up: `dpkg --configure -a` on the host says why"+model.Again, `^E: Sub-process /usr/bin/dpkg returned an error code`, `^E: dpkg was interrupted`)

	// uv.
	add("a package needs another Python: name one in djship.toml (python = \"3.12\"), or another version of the package"+model.Again, `the current Python version \([\d.]+\) does not satisfy`)
	add("uv.lock is not up to date with pyproject.toml: `uv lock` on the workstation brings it up to date; commit it"+model.Again, `^error: The lockfile at .uv\.lock. needs to be updated`, `Packages were unavailable because the network was disabled`)
	add("the index has no such package: is its name right? Where it is on another index, name that by djship_pip_index_url in the inventory"+model.Again, `was not found in the package registry`)
	add("a host of another kind, which came first, has got versions that are none for this one: ask in the requirements for those that fit all hosts, or lock (uv.lock, poetry.lock), which may have others for other Pythons"+model.Again, `^without a lock its packages are to be of the versions`)
	add("no versions of the packages fit together: mend what the requirements or the lock ask for"+model.Again, `No solution found when resolving`)
	add("the index gave another file than the lock or the requirements have a hash of: where they are right, a proxy or mirror in between changes it; else lock anew"+model.Again, `Hash mismatch for`)
	add("once one package has a hash, each needs one: `uv pip compile --generate-hashes` or pip-compile writes all of them"+model.Again, `^error: In .--require-hashes. mode`)
	add("the host can't read that repository: it has no key or password of yours; name a version that an index has, or one by https with a token that may only read"+model.Again, `^\s*(?:error|cause): Git operation failed`)
	add("name another Python in djship.toml (python = \"3.12\"), or a place that has it, laid out as releases of python-build-standalone or as a list of uv's, by djship_python_mirror in the inventory"+model.Again,
		`No download found for request`, `No interpreter found for`, `^error: Failed to install cpython-`)

	// pip.
	add("a pip.conf on the host says where pip has to install (user, target or prefix): take that out of /etc/pip.conf"+model.Again, `Can not (?:perform a|combine) '--`)
	add("a pip.conf on the host wants a virtualenv (require-virtualenv): take that out of /etc/pip.conf"+model.Again, `Could not find an activated virtualenv`)
	add("the index has no version for this host's Python: a newer release of the distribution, on the host, has a newer one", `ERROR: Ignored the following versions that require a different python version`)
	add("the index gave other files than are expected: a proxy or mirror in between changes them, or was cut off"+model.Again, `THESE PACKAGES DO NOT MATCH THE HASHES`)
	add("a package could not be compiled: `djship prereq` installs compiler and headers; else mend what the output names"+model.Again,
		`ERROR: Failed building wheel for`, `fatal error: [\w/]+\.h: No such file or directory`, `pg_config executable not found`, `error: command '[^']*' failed`, `^error: Failed to build`)
	add("where that index does not answer, or lacks it, name another by djship_pip_index_url in the inventory or index-url in /etc/pip.conf on the host; else mend what the output names",
		`ERROR: No matching distribution found for`, `Max retries exceeded with url`, `after connection broken by`,
		`Could not fetch URL`, `^\s*(?:error|cause): (?:Failed to fetch|Failed to download|Request failed)`, `ERROR: HTTP error \d+ while getting`, `Read timed out`, `Error, Credentials not correct for`)

	// nginx, PostgreSQL, services.
	add("something else listens on port 80: `ss -ltnp 'sport = :80'` on the host tells what", `bind\(\) to \S+:80 failed \(98: `)
	add("put the certificate back; or, where it is a site's of djship's, deploy that site with djship_tls=acme in the inventory, which has one ordered, or with djship_tls=off, for http alone"+model.Again,
		`\[emerg\][^\n]* cannot load certificate (?:key )?"[^"\n]*": BIO_new_file\(\) failed`)
	add("mend the file and line that nginx names"+model.Again, `\[emerg\]`)
	add("PostgreSQL does not let that role in: look at pg_hba.conf (`sudo -u postgres psql -c 'show hba_file'` on the host names it), whose first matching line counts"+model.Again,
		`FATAL: +no pg_hba\.conf entry`, `FATAL: +pg_hba\.conf rejects`, `fe_sendauth: no password supplied`, `FATAL: +(?:password|Peer|Ident|peer|ident|SCRAM\S*|MD5|md5) authentication failed`)
	add("PostgreSQL takes no more connections: raise max_connections in postgresql.conf on the host, or end some"+model.Again, `FATAL: +(?:sorry, )?too many (?:clients|connections)`, `remaining connection slots are reserved`)
	add("PostgreSQL's data are not where they belong: mount on the host the disk that has them, or restore them; where there is nothing to lose, pg_dropcluster and `pg_createcluster VERSION main --start` make an empty cluster"+model.Again,
		`could not find the database system`, `^Error: \S+ is not accessible or does not exist`, `directory "[^"\n]*" is not a database cluster directory`)
	add("`pg_createcluster VERSION main --start` on the host makes a cluster; /etc/postgresql-common/createcluster.conf there tells whether PostgreSQL's package does"+model.Again, `^PostgreSQL has no cluster on this host$`)
	add("start.conf beside postgresql.conf in /etc/postgresql on the host keeps PostgreSQL from being started: put auto into it"+model.Again, `^Error: Cluster is disabled`)
	add("PostgreSQL is still coming up or going down: wait until it has"+model.Again, `FATAL: +the database system is (?:starting up|shutting down|not yet accepting connections|in recovery mode)`)
	add("PostgreSQL changes nothing: it is a standby, or default_transaction_read_only is on; sites need one that may be written to", `cannot execute [A-Z ]+ in a read-only transaction`)
	add(deadPostgres, `could not connect to server: `, `connection to server (?:at|on) [^\n]* failed: (?:Connection refused|No such file|timeout|Connection timed out)`)
	add("that unit is masked: `systemctl unmask $1` on the host"+model.Again, `Unit (?:file )?(?:[\w./-]*/)?([\w@.-]+\.(?:service|socket)) is masked`)
	add("supervisord does not run: `systemctl status supervisord` and /var/log/supervisor on the host tell why"+model.Again, `supervisor\.sock (?:no such file|refused connection)`)
	add("where your code has another layout than the placeholder's, name its settings and WSGI application in local_env.sh, as the head of prepare_env.sh shows; "+
		"where a package is missing, install it with the site's pip"+model.Again, `(?s)/logs/gunicorn\.log:.*\n[^\n]*ModuleNotFoundError: No module named`)
	add("mend what its log says"+model.Again, `the site does not answer`)
	return all
})

const (
	fullDisk     = "the disk is full: make room on the host (`df -h` tells of bytes, `df -i` of files; `apt-get clean`), then run the same command again"
	wrongClock   = "is the host's clock right? `date` there tells, `timedatectl set-ntp true` sets it"
	deadMirror   = "where the package mirror does not answer, put another one into /etc/apt/sources.list or sources.list.d/ on the host, or a proxy into /etc/apt/apt.conf.d/; then run the same command again"
	deadPostgres = "PostgreSQL does not answer: `systemctl status 'postgresql@*'` and /var/log/postgresql on the host tell why"
)

// For is what to do about a step whose last lines of output are tail.
func For(tail []string) string {
	text := strings.Join(tail, "\n")
	if do := lacks(text); do != "" {
		return do
	}
	for _, h := range hints() {
		if m := h.says.FindStringSubmatch(text); m != nil {
			if len(m) > 1 {
				return strings.ReplaceAll(h.do, "$1", m[1])
			}
			return h.do
		}
	}
	return "mend what the output names, then run the same command again: it goes on where it was"
}

// building is what pip and uv print when they begin to build a wheel: where the index has none for the host.
var building = regexp.MustCompile(`^\s*Building (?:wheel for (\S{1,100}) \(.*\): started|(\S{1,100}?)(?:==\S*| @ (?:git|https?)\S*))$`)

// Compiles says what a line of pip's or uv's means to who waits for it; "" where that is nothing.
func Compiles(line string) string {
	if m := building.FindStringSubmatch(line); m != nil {
		return "compiling " + m[1] + m[2] + ", which the index has no wheel of for this host: it may take many minutes"
	}
	return ""
}
