# Lays out what a tar on stdin holds, which somebody has made who is not trusted, in the folder argv[1]: folders, plain files and
# links. It is read as data: nothing is laid through a link, names don't lead out, and neither do links, but for those to argv[2:];
# nobody else may write to what comes of it. Ends with 1, and a line that says why, at what is anything else or too much.
import os
import sys
import tarfile

MOST_BYTES, MOST_NAMES, LONGEST = 6 << 30, 500000, 1024


def fail(why):
    print("what was built is not taken: " + why)
    sys.exit(1)


def shown(name):
    return ascii(name)[1:-1][:200]


def inside(path, target):
    """Whether a link at path, relative to the folder, stays in it: it goes up at its beginning alone, where no other link is."""
    words = target.split("/")
    while words and words[0] == "..":
        words.pop(0)
    return not os.path.isabs(target) and ".." not in words and not os.path.normpath(os.path.join(os.path.dirname(path), target)).startswith("..")


def main(top, allowed):
    folders, size, count = {""}, 0, 0
    times = []
    source = Counted(sys.stdin.buffer)
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for member in tar:
            name = os.path.normpath(member.name)
            count += 1
            if name == "." and member.isdir():
                times.append((top, member.mtime))
                continue
            if os.path.isabs(name) or name.startswith("..") or len(name) > LONGEST or count > MOST_NAMES:
                fail("it has too many files, or one with an odd name: " + shown(name))
            if os.path.dirname(name) not in folders:
                fail("it has a file in what is no folder: " + shown(name))
            at = os.path.join(top, name)
            if member.isdir():
                os.mkdir(at, 0o755)
                folders.add(name)
                times.append((at, member.mtime))
            elif member.issym():
                if member.linkname not in allowed and not inside(name, member.linkname):
                    fail("a link leads out of it: %s to %s" % (shown(name), shown(member.linkname)))
                os.symlink(member.linkname, at)
                os.utime(at, (member.mtime, member.mtime), follow_symlinks=False)
            elif member.isreg():
                size += member.size
                if size > MOST_BYTES:
                    fail("it is larger than %d GiB" % (MOST_BYTES >> 30))
                put(tar.extractfile(member), at, 0o755 if member.mode & 0o111 else 0o644, member.mtime)
            elif member.islnk():
                # A second name within the same tree: it becomes a file of its own.
                size += copy(top, member.linkname, at, folders, size)
            else:
                fail("it has what is neither file, folder nor link: " + shown(name))
    # tarfile takes an end that is cut off between two files for one.
    source.rest()
    if source.tail.strip(b"\0"):
        fail("it has no end")
    for at, when in reversed(times):
        os.utime(at, (when, when))


class Counted:
    """A stream of which the last bytes are kept: a tar ends in two empty blocks."""

    def __init__(self, stream):
        self.stream, self.tail = stream, b"x"

    def read(self, size):
        chunk = self.stream.read(size)
        self.tail = (self.tail + chunk)[-1024:]
        return chunk

    def rest(self):
        while self.read(1 << 16):
            pass


def put(source, at, mode, when):
    with os.fdopen(os.open(at, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as out:
        while True:
            chunk = source.read(1 << 20)
            if not chunk:
                break
            out.write(chunk)
    os.utime(at, (when, when))


def copy(top, first, at, folders, so_far):
    first = os.path.normpath(first)
    path = os.path.join(top, first)
    if os.path.isabs(first) or first.startswith("..") or os.path.dirname(first) not in folders or os.path.islink(path):
        fail("it has a second name of what is not there: " + shown(first))
    about = os.lstat(path)
    if so_far + about.st_size > MOST_BYTES:
        fail("it is larger than %d GiB" % (MOST_BYTES >> 30))
    with open(path, "rb") as source:
        put(source, at, about.st_mode & 0o777, about.st_mtime)
    return about.st_size


os.umask(0o022)
main(sys.argv[1], sys.argv[2:])
