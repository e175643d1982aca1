"""Takes over what compile_code.py prints, as data that an account gives. Run by root as take_bytecode.py FOLDER, that of the release: a .pyc is put beside the
plain file that it is of, in a folder that no link leads to, and nothing else is."""
import os
import re
import sys

FILES, BYTES, LEAVE = 100000, 1 << 30, 128 << 20
NAME = re.compile(r'([^/]+)\.[a-z]+-[0-9]+\.pyc\Z')


def fits(top, path):
    """The folder of a .pyc and its name, where it is of a file of the release."""
    found = path.split('/')
    name = NAME.match(found[-1])
    if len(found) < 2 or found[-2] != '__pycache__' or '..' in found or not name:
        return None
    at = top
    for part in found[:-2]:
        at = os.path.join(at, part)
        if os.path.islink(at):
            return None
    source, cache = os.path.join(at, name.group(1) + '.py'), os.path.join(at, '__pycache__')
    if os.path.islink(source) or not os.path.isfile(source) or os.path.islink(cache):
        return None
    return cache, found[-1]


def main(top):
    os.umask(0o022)
    left = BYTES
    for _ in range(FILES):
        line = sys.stdin.buffer.readline(5000)
        size, _, path = line.rstrip(b'\n').partition(b' ')
        if not line.endswith(b'\n') or not re.match(rb'[0-9]{1,9}\Z', size):
            return
        left -= int(size)
        pyc = sys.stdin.buffer.read(int(size)) if left > 0 else b''
        room = os.statvfs(top)
        if len(pyc) != int(size) or not pyc or len(pyc) > room.f_bavail * room.f_frsize - LEAVE:
            return
        fit = fits(top, os.fsdecode(path))
        if not fit:
            continue
        cache, name = fit
        os.makedirs(cache, 0o755, exist_ok=True)
        new = os.path.join(cache, '.djship-new')
        if os.path.lexists(new):
            os.unlink(new)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), 'wb') as to:
            to.write(pyc)
        os.rename(new, os.path.join(cache, name))


main(sys.argv[1])
