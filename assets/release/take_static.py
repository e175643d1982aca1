"""Takes static files over from a site's account: a tar of its on stdin, whose word nothing in it is. Run by root as
take_static.py INTO BEFORE; INTO is a new folder of root's, BEFORE that of an earlier release or "". What is the same in both is one file,
so that browsers that have it need not fetch it again. Prints how many files there are."""
import filecmp
import os
import sys
import tarfile

FILES, BYTES, LEAVE = 200000, 8 << 30, 128 << 20


def refuse(what):
    sys.exit('the static files are not taken: ' + what)


def bounded(what, size, left, more, into):
    """Refuses so many bytes where they are too much, or the disk has no room for those that are to come."""
    if size > left:
        refuse('%s: too much' % what)
    room = os.statvfs(into)
    if more > room.f_bavail * room.f_frsize - LEAVE:
        sys.exit('there is no room for the static files beside what the host keeps free: No space left on device')


def parts(name):
    """The path of an entry in its parts, none for the folder itself."""
    found = [p for p in name.split('/') if p not in ('', '.')]
    if len(name) > 1000 or len(found) > 40 or '..' in found or name.startswith('/') or any(not c.isprintable() for c in name):
        refuse('a name that is none: %r' % name[:100])
    return found


def copy(tar, entry, path, left):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), 'wb') as to:
        source = tar.extractfile(entry)
        size = 0
        while True:
            text = source.read(1 << 20)
            if not text:
                return
            size += len(text)
            bounded('%d MiB' % ((BYTES - left + size) >> 20), size, left, len(text), to.fileno())
            to.write(text)


def main(into, before):
    os.umask(0o022)
    os.mkdir(into, 0o755)
    count, files, left = 0, 0, BYTES
    with tarfile.open(fileobj=sys.stdin.buffer, mode='r|', encoding='utf-8', errors='surrogateescape') as tar:
        for entry in tar:
            found = parts(entry.name)
            path = os.path.join(into, *found)
            count += 1
            if count > FILES:
                refuse('more than %d' % FILES)
            if entry.isdir():
                os.makedirs(path, 0o755, exist_ok=True)
                continue
            if not entry.isreg() or not found:
                refuse('%s is a link or no file' % '/'.join(found)[:200])
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
            bounded('%s has %d MiB' % ('/'.join(found)[:200], entry.size >> 20), entry.size, left, entry.size, into)
            files += 1
            copy(tar, entry, path, left)
            left -= entry.size
            old = os.path.join(before, *found) if before else ''
            if old and os.path.isfile(old) and os.path.getsize(old) == entry.size and filecmp.cmp(old, path, shallow=False):
                os.unlink(path)
                os.link(old, path)
    print('%d static files' % files)


try:
    main(*sys.argv[1:3])
except (tarfile.TarError, ValueError, EOFError) as e:
    refuse('they come in no order: %s' % str(e)[:200])
except OSError as e:
    refuse('%s %s' % (e.strerror, str(e.filename or '')[:200]))
