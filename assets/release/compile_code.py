"""Compiles the code of a release: compile_code.py FOLDER, by the Python that is to run it, as an account that owns nothing. Nothing of the code is run, and
nothing is written but to stdout: for each file that compiles a line "SIZE PATH" and so many bytes, those of its .pyc."""
import importlib.util
import os
import sys
from importlib._bootstrap_external import _code_to_timestamp_pyc

SKIPPED = {'__pycache__', 'node_modules', '.git'}


def compiled(path):
    with open(path, 'rb') as source:
        text = source.read(8 << 20)
        at = os.fstat(source.fileno())
    return bytes(_code_to_timestamp_pyc(compile(text, path, 'exec', dont_inherit=True), int(at.st_mtime), at.st_size))


def main(top):
    for folder, folders, names in os.walk(top):
        folders[:] = [f for f in folders if f not in SKIPPED]
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith('.py') or os.path.islink(path):
                continue
            try:
                pyc = compiled(path)
            except (SyntaxError, ValueError, RecursionError, MemoryError, OSError, UnicodeError):
                continue  # whoever imports it hears why
            cache = os.path.relpath(importlib.util.cache_from_source(path), top)
            sys.stdout.buffer.write(b'%d %s\n' % (len(pyc), os.fsencode(cache)))
            sys.stdout.buffer.write(pyc)


main(sys.argv[1])
