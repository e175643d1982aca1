# Backups of this host's sites, made in the night by a timer of systemd's: root runs it. Written by djship.
#
#     backups.py              makes one of each site that a file in /var/lib/djship/backups is named after
#     backups.py PROJECT      of that one alone
#
# Such a file says "keep 7": so many lie in /var/backups/djship/PROJECT, for root alone. Each is what `djship backup` writes, and `djship restore` reads. How the last one went lies beside
# the wish, as PROJECT.outcome. All that comes from a site's account is data: names are held to what a name may be, links are kept and never followed, modes lose what gives rights.
import fcntl
import hashlib
import json
import os
import pwd
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

BACKUPS = "/var/backups/djship"
WISHES = "/var/lib/djship/backups"
FORMAT = 1
HOURS = 6  # that a part may take
RESERVE = 20  # one part of a disk in so many stays free
MOST_TEXT = 8 << 20  # bytes of what is no file of the site
MOST_LEFT = 1000  # that are named


class Problem(Exception):
    """Why there is no backup, in words for a person."""


def plain(text, most=2000):
    """Text of somebody else's, to be shown: printable, and not long."""
    text = "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
    return text if len(text) <= most else text[:most] + " (cut)"


def room(path):
    """How many bytes may still be written to a disk."""
    of = os.statvfs(path)
    return of.f_bavail * of.f_frsize - of.f_blocks * of.f_frsize // RESERVE


class Spool:
    """A file that leaves its disk some room, whoever needs that: the databases of all sites may lie there."""

    def __init__(self, f):
        self.f, self.left = f, 0

    def write(self, b):
        if self.left < len(b):
            self.left = 16 << 20
            if room(self.f.name) < self.left + len(b):
                raise Problem("there is no room for it: a %dth of the disk of %s stays free" % (RESERVE, BACKUPS))
        self.left -= len(b)
        return self.f.write(b)


class Hashed:
    """What is read, with its sum."""

    def __init__(self, f):
        self.f, self.sum = f, hashlib.sha256()

    def read(self, n):
        b = self.f.read(n)
        self.sum.update(b)
        return b


def sum_line(digest, name):
    """A line of sha256sum's, which spells out what would break it."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return (("\\" if escaped != name else "") + digest + "  " + escaped + "\n").encode("utf-8", "surrogateescape")


class Archive:
    """A tar of members in the folder top. The sums of its files come last. GNU's format takes names that are no UTF-8 as they are, of which tar says nothing."""

    def __init__(self, f, top, now):
        self.top, self.now = top, now
        self.tar = tarfile.open(fileobj=f, mode="w|", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape")
        self.sums = tempfile.TemporaryFile(dir=BACKUPS)

    def add(self, name, kind, owner, size=0, mode=0o600, mtime=None, link="", content=None):
        info = tarfile.TarInfo(self.top + "/" + name)
        info.type, info.linkname, info.size, info.mode = kind, link, size, mode & 0o777
        info.mtime = self.now if mtime is None else mtime
        (info.uid, info.uname), (info.gid, info.gname) = owner, owner
        if kind == tarfile.REGTYPE:
            content = Hashed(content)
        self.tar.addfile(info, content)
        self.tar.members = []  # which it would keep to its end
        if kind == tarfile.REGTYPE:
            self.sums.write(sum_line(content.sum.hexdigest(), name))

    def text(self, name, text):
        with tempfile.TemporaryFile(dir=BACKUPS) as f:
            f.write(text.encode("utf-8", "surrogateescape"))
            size = f.tell()
            f.seek(0)
            self.add(name, tarfile.REGTYPE, (0, "root"), size, content=f)

    def copy(self, stream, below, owner, left):
        """Adds what another tar has, below a folder."""
        source = tarfile.open(fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape")
        for m in source:
            source.members = []
            name = os.path.normpath(m.name) if m.name else ""
            if not name or m.name.startswith("/") or "\0" in m.name or ".." in m.name.split("/"):
                left(m.name, "no name that a member may have")
            elif name == ".":
                continue
            elif m.isreg():
                self.add(below + "/" + name, tarfile.REGTYPE, owner, m.size, m.mode, m.mtime, content=source.extractfile(m))
            elif m.isdir():
                self.add(below + "/" + name, tarfile.DIRTYPE, owner, mode=m.mode, mtime=m.mtime)
            elif m.issym():
                if "/" not in name:
                    left(name, "a link, and what lies where it leads is not followed: " + m.linkname)
                self.add(below + "/" + name, tarfile.SYMTYPE, owner, mode=m.mode, mtime=m.mtime, link=m.linkname)
            else:
                left(name, {tarfile.FIFOTYPE: "a pipe", tarfile.CHRTYPE: "a device", tarfile.BLKTYPE: "a device"}.get(m.type, "of no kind that is kept"))

    def close(self):
        size = self.sums.tell()
        self.sums.seek(0)
        info = tarfile.TarInfo(self.top + "/SHA256SUMS")
        info.size, info.mode, info.mtime, info.uname, info.gname = size, 0o600, self.now, "root", "root"
        self.tar.addfile(info, self.sums)
        self.tar.close()
        self.sums.close()


def check(path):
    """Reads an archive again, and holds each file against its sum."""
    lines, sums = hashlib.sha256(), None
    with tarfile.open(path, "r|", encoding="utf-8", errors="surrogateescape") as tar:
        for m in tar:
            tar.members = []
            if not m.isreg():
                continue
            name, content, end = m.name.split("/", 1)[1], Hashed(tar.extractfile(m)), False
            while content.read(1 << 20):
                pass
            if name == "SHA256SUMS":
                sums = content.sum.hexdigest()
            else:
                lines.update(sum_line(content.sum.hexdigest(), name))
    if sums != lines.hexdigest():
        raise Problem("what was written is another when it is read again")


class Part:
    """A program whose output becomes a part of the backup. Of what it says on stderr the first lines are kept."""

    def __init__(self, what, words):
        self.what, self.said = what, []
        self.p = subprocess.Popen(["timeout", "-k", "5", "%dh" % HOURS] + words, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent", "LC_ALL": "C"})
        self.out = self.p.stdout
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self):
        for line in iter(lambda: self.p.stderr.readline(4096), b""):
            if len(self.said) < MOST_LEFT:
                self.said.append(line.decode("utf-8", "surrogateescape").rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind:
            self.p.terminate()  # which is handed on
        while not kind and self.out.read(1 << 16):
            pass
        self.out.close()
        status = self.p.wait()
        self.listener.join(10)
        if kind and not issubclass(kind, (tarfile.TarError, OSError, EOFError, ValueError)) or not kind and status <= 1:
            return
        if kind and issubclass(kind, OSError) and error.errno:
            return  # of this side's disk
        said = [line for line in self.said if not line.startswith("size ")][-5:]
        raise Problem("\n".join(["the %s could not be read: %s" % (self.what, error or "status %d" % status)] + said))


def as_account(project, text, *args):
    """The words by which bash runs a text as the site's account, which leaves the disk some room."""
    entry = pwd.getpwnam(project)
    limits = "ulimit -S -v unlimited\nulimit -f %d\n" % max(room("/var/tmp") // 1024, 1)
    return ["setpriv", "--reuid=%d" % entry.pw_uid, "--regid=%d" % entry.pw_gid, "--init-groups", "--inh-caps=-all", "--no-new-privs", "/bin/bash", "-c", limits + TEXTS[text], "djship"] + list(args)


class Site:
    def __init__(self, project):
        self.project, self.about, self.take, self.left_out = project, {}, [], []
        self.uid, self.cluster, self.port, self.ready = None, "", "5432", False
        self.home = "/webapps/%s_project" % project

    def left(self, name, why):
        if len(self.left_out) < MOST_LEFT:
            self.left_out.append("%s: %s" % (json.dumps(name[:300]), plain(why, 300)))

    def look(self):
        text = "project=%s mark=\n%s\n%s" % (self.project, TEXTS["prelude"], TEXTS["look"])
        with Part("host", ["/bin/sh", "-c", text]) as part:
            said = part.out.read(MOST_TEXT).decode("utf-8", "replace")
        for key, _, value in (line.partition(" ") for line in said.splitlines()):
            words = value.split()
            if key == "account" and len(words) == 2:
                self.uid = int(words[0])
            elif key in ("os", "domain", "release"):
                self.about[key] = plain(value, 300)
            elif key == "postgresql" and len(words) == 3:
                self.cluster, self.port, self.ready = words[0], words[1], words[2] == "ready"
            elif key == "take":
                self.take.append(value)
        if self.uid is None:
            raise Problem("there is no site %s" % self.project)

    def write(self, to, now):
        self.look()
        archive = Archive(to, "%s-%s" % (self.project, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))), now)
        about = dict(self.about, format=FORMAT, djship="", project=self.project, host=os.uname().nodename, began=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)), postgresql=self.cluster)
        archive.text("about.json", json.dumps(about, indent=2) + "\n")
        archive.text("README", TEXTS["readme"])
        self.database(archive)
        self.versions(archive)
        owner = (self.uid, self.project)
        with Part("files", as_account(self.project, "files", self.home)) as part:
            archive.copy(part.out, "home", owner, self.left)
        for line in part.said:
            name = re.match(r"tar: (?:\./)?(.*?)(?:: Cannot open|: Cannot stat|: Cannot read|: Warning)*: Permission denied$", line)
            if name:
                self.left(name[1], "could not be read")
        if self.take:
            words = ["tar", "--create", "--file=-", "--format=posix", "--pax-option=delete=atime,delete=ctime", "--hard-dereference", "--directory=/", "--"]
            with Part("configuration", words + self.take) as part:
                archive.copy(part.out, "system", (0, "root"), self.left)
        if self.left_out:
            archive.text("left-out", "\n".join(self.left_out) + "\n")
        archive.close()

    def database(self, archive):
        if self.cluster and not self.ready:
            raise Problem("PostgreSQL does not run")
        programs = "/usr/lib/postgresql/%s/bin" % self.cluster.split("/")[0]
        with Part("database", as_account(self.project, "database", self.home, self.project, programs, self.port, self.project)) as part:
            head = re.fullmatch(rb"text ([0-9]{1,18}) dump ([0-9]{1,18}) ([0-9a-f]{64})\n", part.out.readline(200))
            if not head or int(head[1]) > MOST_TEXT:
                raise ValueError("it could not be dumped")
            archive.text("database.rows", counted(part.out.read(int(head[1])).decode("utf-8", "surrogateescape")))
            content = Hashed(part.out)
            archive.add("database.dump", tarfile.REGTYPE, (0, "root"), int(head[2]), content=content)
        if content.sum.hexdigest() != head[3].decode():
            raise Problem("the dump is another than was made")

    def versions(self, archive):
        release = "/webapps/.sites/%s/env/%s" % (self.project, self.about["release"]) if self.about.get("release") else ""
        with Part("versions", as_account(self.project, "versions", self.home, release)) as part:
            said = part.out.read(MOST_TEXT).decode("utf-8", "replace")
        archive.text("versions", "os %s\npostgresql %s\n" % (self.about.get("os", ""), self.cluster) + "".join(plain(line, 300) + "\n" for line in said.splitlines()))


def counted(text):
    """The lines to keep of what is said of a database; each table's rows must be in the dump."""
    want, has, lines = {}, {}, []
    for line in text.splitlines():
        if line.startswith("copied "):
            n, _, table = line[len("copied "):].partition(" ")
            has[table] = int(n)
        elif line.strip():
            row = json.loads(line)
            lines.append(line + "\n")
            if row.get("table"):
                want[row["table"]] = int(row["rows"])
    for table, n in want.items():
        if has.get(table, 0) != n:
            raise ValueError("the dump has %d rows of %s, the database %d" % (has.get(table, 0), plain(table, 100), n))
    return "".join(lines)


def tell(project, word, text):
    """Notes how it went; on a full disk in the place of what was noted before."""
    at = os.path.join(WISHES, project + ".outcome")
    with open(at, "r+b" if os.path.exists(at) else "wb") as f:
        f.write(("%s %d\n%s\n" % (word, time.time(), plain(text))).encode())
        f.truncate()


def make(project, keep):
    """Makes one backup, and removes the oldest of those that are more than to be kept."""
    folder, now = os.path.join(BACKUPS, project), int(time.time())
    os.makedirs(folder, 0o700, exist_ok=True)
    named = re.compile(re.escape(project) + r"-[0-9]{8}T[0-9]{6}Z\.tar(\.part)?")
    for name in os.listdir(folder):
        if named.fullmatch(name) and name.endswith(".part"):
            os.unlink(os.path.join(folder, name))
    path = os.path.join(folder, time.strftime(project + "-%Y%m%dT%H%M%SZ.tar", time.gmtime(now)))
    site = Site(project)
    try:
        with open(path + ".part", "xb") as f:
            site.write(Spool(f), now)
            f.flush()
            os.fsync(f.fileno())
        check(path + ".part")
        os.rename(path + ".part", path)
    except BaseException:
        os.unlink(path + ".part")
        raise
    whole = sorted(name for name in os.listdir(folder) if named.fullmatch(name))
    for name in whole[:-keep]:
        os.unlink(os.path.join(folder, name))
    said = "%s, %d bytes" % (path, os.path.getsize(path))
    return said + "".join("\nleft out: " + line for line in site.left_out[:10])


def main(asked):
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))  # whatever an account sends
    os.makedirs(BACKUPS, 0o700, exist_ok=True)
    held = open(os.path.join(BACKUPS, ".lock"), "w")
    fcntl.flock(held, fcntl.LOCK_EX)
    well = True
    for project in sorted(os.listdir(WISHES)):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", project) or asked and project not in asked:
            continue
        try:
            with open(os.path.join(WISHES, project)) as f:
                keep = int(re.fullmatch(r"keep ([0-9]{1,4})\n", f.read(100))[1])
            word, said = "ok", make(project, max(keep, 1))
        except Exception as e:
            word, said, well = "failed", str(e) if isinstance(e, Problem) else "%s: %s" % (type(e).__name__, e), False
        print("%s: %s" % (project, plain(said)), flush=True)
        try:
            tell(project, word, said)
        except OSError as e:
            print("%s: %s" % (project, e), flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
