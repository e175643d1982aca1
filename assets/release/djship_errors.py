"""What is wrong with a release that can't be imported: an error as a kind that djship has words for, a name, and the lines that
people need of a traceback."""
import importlib
import os
import re
import traceback

VARIABLE, OVERLAY = 'DJANGO_SETTINGS_MODULE', 'djship_settings'


class Failure(Exception):
    """What is wrong, as a kind and a name, with lines about it."""

    def __init__(self, kind, name='', lines=()):
        Exception.__init__(self, kind)
        self.kind, self.name, self.lines = kind, name, list(lines)


class Traced(os.environ.__class__):
    """The environment, which notes what was asked for in vain, and who forces settings on it."""
    missed, forced = [], []

    def __getitem__(self, name):
        try:
            return super(Traced, self).__getitem__(name)
        except KeyError:
            self.missed.append(name)
            raise

    def __contains__(self, name):
        there = super(Traced, self).__contains__(name)
        if not there:
            self.missed.append(name)
        return there

    def __setitem__(self, name, value):
        if name == VARIABLE and not self.calm and value != OVERLAY:
            self.forced.append(value)
        super(Traced, self).__setitem__(name, value)

    calm = False

    def setdefault(self, name, value):
        calm, Traced.calm = self.calm, True
        try:
            return super(Traced, self).setdefault(name, value)
        finally:
            Traced.calm = calm


def root_of(error):
    """What an error began with, where Django or a package only wraps it."""
    seen = set()
    while id(error) not in seen:
        seen.add(id(error))
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if isinstance(cause, (ImportError, SyntaxError, OSError)) and type(error).__name__ in ('ImproperlyConfigured', 'ImportError', 'AppImportError'):
            error = cause
    return error


def lines_of(stack, bare=False):
    """A line for each frame that is the project's or leads on from there, not those of Python's imports and of this program;
    where none is the project's the last ones, or none."""
    shown, own = [], 0
    for frame in stack:
        name = os.path.basename(frame[0])
        if not name.startswith(('<frozen', 'djship_')) and not frame[0].startswith('<frozen') and frame[0] != importlib.__file__:
            shown.append('%s, line %s, in %s: %s' % (short(frame[0]), frame[1], frame[2], frame[3] or ''))
            if short(frame[0]) != frame[0] and '-packages/' not in frame[0]:
                own = len(shown)
    if own:  # what led to the project's own code says nothing
        before = [line for line in shown[:own - 1] if os.path.exists(os.path.join(os.environ.get('DJSHIP_CODE', ''), line.split(', line')[0]))]
        shown = before + (shown[own - 1:own] if bare else shown[own - 1:])
    else:
        shown = [] if bare else shown[-3:]
    return shown[-5:]


def frames(error):
    """The last lines of a traceback."""
    shown = lines_of(traceback.extract_tb(error.__traceback__), isinstance(error, SyntaxError))
    if isinstance(error, SyntaxError):
        shown.append('%s, line %s: %s' % (short(error.filename or ''), error.lineno, (error.text or '').strip()))
    lines = traceback.format_exception_only(type(error), error)[-1].strip().splitlines()
    cause = error.__cause__ or error.__context__
    if cause and shown and type(cause) is not type(error) and not isinstance(cause, (KeyError, AttributeError)):
        lines = lines[:4] + ['since %s' % traceback.format_exception_only(type(cause), cause)[-1].strip().splitlines()[0]]
    return shown + lines[:6]


def short(path):
    """A path within the release or its packages."""
    for part in ('/site-packages/', '/dist-packages/'):
        if part in path:
            return path.partition(part)[2]
    code = os.environ.get('DJSHIP_CODE', '') + '/'
    return path[len(code):] if path.startswith(code) else path


def why(error, release):
    """An error as a Failure."""
    if isinstance(error, Failure):
        return error
    error = root_of(error)
    kind, name = type(error).__name__, ''
    text = str(error)
    lines = frames(error)
    missed = [n for n in Traced.missed if n.upper() == n]
    if isinstance(error, SyntaxError):
        return Failure('syntax', '%s:%s' % (short(error.filename or ''), error.lineno), lines)
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ''
        if release.module and (release.module + '.').startswith(name + '.'):
            return Failure('no_settings', release.module, lines)
        own = os.path.exists(os.path.join(release.work, name.split('.')[0])) or os.path.exists(os.path.join(release.work, name.split('.')[0] + '.py'))
        return Failure('no_own_module' if own else 'no_module', name, lines)
    if isinstance(error, ImportError) or isinstance(error, OSError) and '.so' in text:
        return Failure('cannot_import', text.splitlines()[0] if text else kind, lines)
    # Where the value of a variable that is not there was used, the line has its name.
    used = text + ' ' + (lines[-2] if release.stage == 'settings' and len(lines) > 1 else '')
    for variable in reversed(missed):
        if re.search(r'\b%s\b' % re.escape(variable), used):
            return Failure('no_variable', variable, lines)
    if hasattr(error, 'errors') and kind == 'ValidationError':
        for one in error.errors():
            if one.get('type') in ('missing', 'value_error.missing'):
                return Failure('no_variable', str(one['loc'][-1]).upper(), lines)
    if kind in ('OperationalError', 'InterfaceError') and release.stage in ('pending', 'apps', 'check'):
        return Failure('database', '', lines)
    if kind == 'InconsistentMigrationHistory':
        return Failure('history', '', [text])
    return Failure({'static': 'static', 'pending': 'migrations', 'settings': 'settings'}.get(release.stage, 'error'), kind, lines)
