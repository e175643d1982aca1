package advice

import (
	"slices"
	"strings"
	"testing"
)

// Each hint is given to the output that calls for it, as the programs print it, and not to one that
// looks like it: that one stands in the table, too, with the hint that it needs.
func TestAdvice(t *testing.T) {
	const nothing = "mend what the output names"
	used := map[int]bool{}
	for _, c := range append(slices.Concat(releaseOutputs, migrationOutputs), []struct{ output, want string }{
		// Room.
		{"dpkg: error processing archive /var/cache/apt/archives/gcc-12_12.2.0-14_amd64.deb (--unpack):\n cannot copy extracted data for './usr/bin/x' to '/usr/bin/x.dpkg-new': failed to write (No space left on device)\nE: Sub-process /usr/bin/dpkg returned an error code (1)", "`df -i` of files"},
		{"mkdir: cannot create directory ‘/webapps/example_project’: No space left on device", "`df -i` of files"},
		{"E: You don't have enough free space in /var/cache/apt/archives/.", "the disk is full"},
		{"fatal: sha1 file '/webapps/.sites/example/releases/.index.lock' write error. Out of diskspace", "the disk is full"},
		{"tee: /webapps/example_project/x: Disk quota exceeded", "repquota"},
		{"FATAL:  could not create semaphores: No space left on device\nDETAIL:  Failed system call was semget(5432001, 17, 03600).", "semaphores"},
		{"inotify_add_watch(3, \"/x\") failed: No space left on device", "fs.inotify.max_user_watches"},
		{"x86_64-linux-gnu-gcc: fatal error: Killed signal terminated program cc1\ncompilation terminated.\nerror: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1", "too little memory"},
		{"/run/djship/stage.20261127-042356-d06d/work: 742: printf: printf: I/O error", "the disk is full, or fails"},
		{"Killed", "too little memory"},
		{"Killed by signal 15.", nothing},
		{"  File \"x.py\", line 3, in f\nMemoryError", "too little memory"},
		{"cc1plus: out of memory\nvirtual memory exhausted: Cannot allocate", "too little memory"},
		{"OSError: [Errno 12] Cannot allocate memory", "too little memory"},
		{"mkdir: cannot create directory ‘/etc/x’: Read-only file system", "mounted read-only"},
		{"mv: cannot move 'a' to '/etc/supervisord.conf': Operation not permitted", "lsattr"},
		{"cat: /root/x: Permission denied", nothing},
		// Somebody else.
		{"useradd: cannot lock /etc/passwd; try again later.", "changing accounts"},
		{"useradd: cannot open /etc/passwd", "chattr -i"},
		{"/var/lib/dpkg/lock-frontend is still held by unattended-upgr (process 812) after ten minutes", "end the process that holds the lock"},
		{"E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-get)", "end the process that holds the lock"},
		// The clock and certificates.
		{"E: Release file for http://deb.debian.org/debian/dists/bookworm-updates/InRelease is not valid yet (invalid for another 364d 23h 1min 2s). Updates for this repository will not be applied.", "is the host's clock right? `date`"},
		{"E: Release file for http://mirror/debian/dists/bookworm/InRelease is expired (invalid since 400d 1h). Updates for this repository will not be applied.", "that mirror has not been brought up to date"},
		{"SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1002)'))", "timedatectl"},
		{"SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1002)'))", "timedatectl"},
		{"WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1002)'))': /simple/django/", "update-ca-certificates"},
		{"ERROR: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:1002)", "update-ca-certificates"},
		{"E: Failed to fetch https://mirror/debian/dists/bookworm/InRelease  Certificate verification failed: The certificate is NOT trusted. The certificate issuer is unknown.", "update-ca-certificates"},
		{"notice: x\nno order is made:\nwww.example.com has no address in DNS", "djship_tls_names"},
		{"the CA at https://10.87.6.1:14000/dir does not answer: HTTPSConnectionPool(host='10.87.6.1', port=14000): Max retries exceeded with url: /dir (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate signature failure (_ssl.c:992)')))", "djship_acme_ca"},
		{"Certbot failed to authenticate some domains (authenticator: manual). The Certificate Authority reported these problems:\nDomain: example.com\nType:   connection", "port 80"},
		{"The following errors were reported by the server:\nDomain: example.com\nType:   unauthorized", "port 80"},
		{"An unexpected error occurred:\nurn:ietf:params:acme:error:rateLimited :: There were too many requests of a given type :: too many certificates already issued, retry after 2026-12-01", "wait until the time"},
		{"4 orders for the site have failed within an hour, and CAs bear five: no order is made before 2026-11-27 15:00 UTC", "wait until the time"},
		// Names and ways.
		{"W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'deb.debian.org'\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?", "/etc/resolv.conf"},
		{"WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<x>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/django/\nERROR: No matching distribution found for Django", "/etc/resolv.conf"},
		{"E: Failed to fetch http://nowhere/x.deb  Could not resolve 'nowhere'", "/etc/resolv.conf"},
		{"WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden'))': /simple/django/", "the proxy does not let it through"},
		{"E: Failed to fetch https://x/y.deb  Invalid response from proxy: HTTP/1.1 502 Bad Gateway", "the proxy does not let it through"},
		{"E: Failed to fetch http://deb.debian.org/debian/pool/x.deb  407  Proxy Authentication Required [IP: 10.0.0.1 3128]", "the proxy does not let it through"},
		// apt.
		{"E: The repository 'http://deb.debian.org/debian buster-backports Release' no longer has a Release file.", "take it out of /etc/apt/sources.list"},
		{"E: Failed to fetch http://ppa.launchpad.net/x/dists/jammy/InRelease  404  Not Found\nE: The repository 'http://ppa.launchpad.net/x jammy Release' does not have a Release file.", "that repository is gone"},
		{"W: GPG error: https://packages.example.com stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9\nE: The repository 'https://packages.example.com stable InRelease' is not signed.", "the key of that repository is missing"},
		{"W: GPG error: https://apt.postgresql.org x InRelease: The following signatures were invalid: EXPKEYSIG 7FCC7D46ACCC4CF8 PostgreSQL Debian Repository", "the key of that repository is missing, or too old"},
		{"E: The repository 'file:/srv/debs ./ Release' is not signed.", "the key of that repository is missing"},
		{"Package nginx is not available, but is referred to by another package.\nThis may mean that the package is missing, has been obsoleted, or\nis only available from another source\n\nE: Package 'nginx' has no installation candidate", "`apt-cache policy nginx` on the host tells of a pin"},
		{"The following packages have unmet dependencies:\n libpq-dev : Depends: libpq5 (= 15.8-0+deb12u1) but 16.4-1.pgdg120+1 is to be installed\nE: Unable to correct problems, you have held broken packages.", "/etc/apt/preferences.d/ what is pinned"},
		{"E: Held packages were changed and -y was used without --allow-change-held-packages.", "apt-mark unhold"},
		{"E: Packages were downgraded and -y was used without --allow-downgrades.", "apt-cache policy"},
		{"W: Failed to fetch http://127.0.0.1:9/debian/dists/bookworm/InRelease  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)\nW: Some index files failed to download. They have been ignored, or old ones used instead.\nE: Unable to locate package git\nE: Package 'nginx' has no installation candidate", "where the package mirror does not answer"},
		{"E: Unable to locate package libpq-dev", "the package lists have no libpq-dev"},
		{"Setting up nginx (1.22.1-9) ...\ndpkg: error processing package nginx (--configure):\n installed nginx package post-installation script subprocess returned error exit status 1\nE: Sub-process /usr/bin/dpkg returned an error code (1)", "dpkg --configure -a"},
		{"E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.", "dpkg --configure -a"},
		{"E: Failed to fetch http://deb.debian.org/debian/pool/x.deb  Could not connect to deb.debian.org:80 (146.75.2.132), connection timed out\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?", "where the package mirror does not answer"},
		{"E: Failed to fetch http://deb.debian.org/debian/pool/x.deb  404  Not Found [IP: 1.2.3.4 80]", "where the package mirror does not answer"},
		// uv.
		{"error: No solution found when resolving dependencies\n  cause: Because the current Python version (3.11.2) does not satisfy Python>=3.12 and django==6.0 depends on Python>=3.12, we can conclude that django==6.0 cannot be used.", "needs another Python"},
		{"error: No solution found when resolving dependencies\n  cause: Because there is no version of django==99.1 and you require django==99.1, we can conclude that your requirements are unsatisfiable.", "no versions of the packages fit together"},
		{"Resolved 30 packages in 1.31s\nerror: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.\nhint: To update the lockfile, run `uv lock`.", "`uv lock` on the workstation"},
		{"error: No solution found when resolving dependencies:\n  cause: Because httpx was not found in the cache\nhint: Packages were unavailable because the network was disabled. When the network is disabled, registry packages may only be read from the cache.", "`uv lock` on the workstation"},
		{"error: Failed to download `idna==3.20`\n  cause: Hash mismatch for `idna==3.20`\n         Expected:\n           sha256:00", "gave another file"},
		{"error: In `--require-hashes` mode, all requirements must have their versions pinned with `==`, but found: requests", "each needs one"},
		{"error: Failed to download and build `x @ git+https://example.com/x`\n  cause: Git operation failed\n  cause: failed to clone", "can't read that repository"},
		{"error: No download found for request: cpython-3.99-linux-x86_64-gnu", "by djship_python_mirror"},
		{"error: No interpreter found for Python 3.99 in managed installations", "by djship_python_mirror"},
		{"error: Failed to install cpython-3.12.16-linux-x86_64-gnu\n  cause: Failed to download `http://127.0.0.1:9/x`", "by djship_python_mirror"},
		{"error: Request failed after 3 retries in 10.7s\n  cause: Failed to fetch: https://127.0.0.1:9/simple/django/\n  cause: tcp connect error\n  cause: Connection refused (os error 111)", "djship_pip_index_url"},
		{"error: No solution found when resolving dependencies\n  cause: Because only idna==3.10 is available and you require idna==99, your requirements are unsatisfiable.\nwithout a lock its packages are to be of the versions that another host has got", "ask in the requirements for those that fit all hosts"},
		{"error: No solution found when resolving dependencies\n  cause: Because djnago was not found in the package registry and you require djnago, we can conclude that your requirements are unsatisfiable.", "is its name right?"},
		{"error: Failed to build `lib @ file:///x`\n  cause: The build backend returned an error", "could not be compiled"},
		{"         lib.c:2:10: fatal error: ldap.h: No such file or directory\n         error: Command '['x86_64-linux-gnu-gcc', '-x']' returned non-zero exit status 1.", `packages = ["libldap2-dev"]`},
		{"sasl.c:1:10: fatal error: sasl/sasl.h: No such file or directory", `packages = ["libsasl2-dev"]`},
		{"x.c:1:10: fatal error: nobody/knows.h: No such file or directory", "could not be compiled"},
		{"/bin/sh: 1: mysql_config: not found\nOSError: mysql_config not found", `packages = ["default-libmysqlclient-dev", "pkg-config"]`},
		{"Trying pkg-config --exists mysqlclient\nCommand 'pkg-config --exists mysqlclient' returned non-zero exit status 1.", "default-libmysqlclient-dev"},
		{"../meson.build:31:12: ERROR: Dependency \"cairo\" not found, tried pkgconfig and cmake", `packages = ["libcairo2-dev"]`},
		{"The headers or library files could not be found for jpeg,\na required dependency when compiling Pillow from source.", `packages = ["libjpeg-dev"]`},
		{"FileNotFoundError: [Errno 2] No such file or directory: 'gdal-config'", `packages = ["libgdal-dev"]`},
		// pip.
		{"ERROR: Can not perform a '--user' install. User site-packages are not visible in this virtualenv.\nthe index that pip asked: the one it names above, else https://pypi.org/simple", "user, target or prefix"},
		{"ERROR: Can not combine '--user' and '--target'\nthe index that pip asked: the one it names above, else https://pypi.org/simple", "user, target or prefix"},
		{"ERROR: Could not find an activated virtualenv (required).", "require-virtualenv"},
		{"ERROR: Ignored the following versions that require a different python version: 5.0 Requires-Python >=3.10\nERROR: Could not find a version that satisfies the requirement Django==5.0 (from versions: 4.2)\nERROR: No matching distribution found for Django==5.0", "no version for this host's Python"},
		{"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "other files than are expected"},
		{"Error: pg_config executable not found.\nERROR: Failed building wheel for psycopg2", "could not be compiled"},
		{"Error: pg_config executable not found.", "could not be compiled"},
		{"error: command '/usr/bin/g++' failed with exit code 1", "could not be compiled"},
		{"psycopg/psycopg.h:35:10: fatal error: Python.h: No such file or directory\nerror: command '/usr/bin/gcc' failed with exit code 1", "could not be compiled"},
		{"ERROR: Could not find a version that satisfies the requirement Django (from versions: none)\nERROR: No matching distribution found for Django\nthe index that pip asked: the one it names above, else https://pypi.org/simple", "djship_pip_index_url"},
		{"WARNING: Retrying (Retry(total=0)) after connection broken by 'ConnectTimeoutError(<x>, 'Connection to pypi.org timed out.')': /simple/django/", "djship_pip_index_url"},
		{"Could not fetch URL https://pypi.org/simple/django/: connection error: refused - skipping", "djship_pip_index_url"},
		{"requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded with url: /simple/", "djship_pip_index_url"},
		{"pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.pythonhosted.org', port=443): Read timed out.", "djship_pip_index_url"},
		{"WARNING: 401 Error, Credentials not correct for https://pypi.example.com/simple/django/", "djship_pip_index_url"},
		{"ERROR: HTTP error 403 while getting https://pypi.org/simple/django/", "djship_pip_index_url"},
		{"ERROR: Exception:\nPermissionError: [Errno 13] Permission denied: '/webapps/x/lib'\nthe index that pip asked: the one it names above, else https://pypi.org/simple", nothing},
		// nginx.
		{"nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)", "something else listens on port 80"},
		{"nginx: [emerg] bind() to [::]:80 failed (98: Address already in use)", "something else listens on port 80"},
		{"nginx: [emerg] bind() to 10.0.0.9:80 failed (99: Cannot assign requested address)", "mend the file and line that nginx names"},
		{"nginx: [emerg] unknown directive \"wat\" in /etc/nginx/sites-enabled/x:3", "mend the file and line that nginx names"},
		{"nginx: [emerg] cannot load certificate \"/etc/ssl/private/x.pem\": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory)", "put the certificate back"},
		{"nginx: [emerg] cannot load certificate key \"/etc/ssl/private/x.key\": BIO_new_file() failed (SSL: error:02001002:system library:fopen)", "djship_tls=off"},
		{"nginx: [emerg] cannot load certificate \"/etc/ssl/private/x.pem\": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line)", "mend the file and line that nginx names"},
		// PostgreSQL.
		{"psql: error: connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?", "PostgreSQL does not answer"},
		{"psql: could not connect to server: No such file or directory", "PostgreSQL does not answer"},
		{"django.db.utils.OperationalError: connection to server at \"localhost\" (127.0.0.1), port 5432 failed: Connection refused", "PostgreSQL does not answer"},
		{"django.db.utils.OperationalError: connection to server at \"localhost\" (127.0.0.1), port 5432 failed: FATAL:  password authentication failed for user \"example\"", "pg_hba.conf"},
		{"psql: error: connection to server at \"localhost\" (::1), port 5432 failed: FATAL:  no pg_hba.conf entry for host \"::1\", user \"example\", database \"example\", no encryption", "pg_hba.conf"},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  sorry, too many clients already", "max_connections"},
		{"FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "max_connections"},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  the database system is starting up", "wait until it has"},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  the database system is shutting down", "wait until it has"},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  the database system is not yet accepting connections\nDETAIL:  Consistent recovery state has not been yet reached.", "wait until it has"},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  the database system is in recovery mode", "wait until it has"},
		{"postgres: could not find the database system\nExpected to find it in the directory \"/var/lib/postgresql/15/main\",\nbut could not open file \"/var/lib/postgresql/15/main/global/pg_control\": No such file or directory", "data are not where they belong"},
		{"Error: /var/lib/postgresql/15/main is not accessible or does not exist", "data are not where they belong"},
		{"pg_ctl: directory \"/var/lib/postgresql/15/main\" is not a database cluster directory", "data are not where they belong"},
		{"PostgreSQL has no cluster on this host", "pg_createcluster VERSION main --start"},
		{"Error: Cluster is disabled", "put auto into it"},
		{"Error: Cluster is not running.", nothing},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  pg_hba.conf rejects connection for host \"[local]\", user \"postgres\", database \"postgres\", no encryption", "pg_hba.conf"},
		{"psql: error: connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\" failed: fe_sendauth: no password supplied", "pg_hba.conf"},
		{"ERROR:  cannot execute CREATE ROLE in a read-only transaction", "it is a standby"},
		{"psql: error: connection to server on socket \"/x/.s.PGSQL.5432\" failed: FATAL:  database \"x\" does not exist", nothing},
		// Services.
		{"Failed to start nginx.service: Unit nginx.service is masked.", "systemctl unmask nginx.service"},
		{"Failed to enable unit: Unit file /etc/systemd/system/supervisord.service is masked.", "systemctl unmask supervisord.service"},
		{"unix:///var/run/supervisor.sock no such file", "supervisord does not run"},
		{"the site does not answer: status 500", "mend what its log says"},
		{"example: ERROR (spawn error)\n/webapps/example_project/logs/gunicorn.log:\n    import x\nModuleNotFoundError: No module named 'example.wsgi'", "name its settings and WSGI application in local_env.sh"},
		{"ModuleNotFoundError: No module named 'pip'", "mend what the output names"},
		{"something else", nothing},
		{"", nothing},
	}...) {
		got := For(strings.Split("before\n"+c.output, "\n"))
		if !strings.Contains(got, c.want) {
			t.Errorf("%s\nadvice: %s\nwant:   … %s …", c.output, got, c.want)
		}
		if strings.Contains(got, "$1") {
			t.Errorf("%s: %s", c.output, got)
		}
		for i, h := range hints() {
			if h.says.MatchString("before\n" + c.output) {
				used[i] = true
				break
			}
		}
	}
	for i, h := range hints() {
		if !used[i] {
			t.Errorf("no output here is the one that %s is for: %s", h.says, h.do)
		}
		if do := h.do; !strings.Contains(do, "run the same command again") && !strings.Contains(do, "again: ") && !strings.Contains(do, "again until") && !strings.Contains(do, "again for as long") && !strings.Contains(do, "on the host") && !strings.Contains(do, "/etc/") && !strings.Contains(do, "PostgreSQL") {
			t.Errorf("it does not say what to do where: %s", do)
		}
	}
}
