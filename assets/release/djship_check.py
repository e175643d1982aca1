"""Looks at a release in its own environment, as the site's account, and changes nothing: settings, WSGI application, checks,
pending migrations, static files, in one process.

    djship_check.py [overlay] [static=FOLDER] [file=PATH] [settings=NAME] [guessed=WHY] [wsgi=NAME] [asgi=NAME]

Prints on its file 3 lines "key value": settings, wsgi (what was found), row (a setting: name, effective value without secrets, where
it is from, what of it), warn, notice (what everybody is told), pending, static (how many files), done; or failed KIND NAME and says TEXT."""
import importlib.util
import os
import re
import sys
import threading
import traceback

import djship_placeholder
import djship_plan
from djship_errors import OVERLAY, VARIABLE, Failure, Traced, frames, lines_of, why

LIMIT = 120  # seconds for imports, checks and migrations
MOST = 400  # characters of a line, and lines of a kind


class Said(object):
    """What is told on: bounded, and without secrets."""

    def __init__(self, file):
        self.file, self.count = file, {}
        secretive = ('KEY', 'TOKEN', 'SECRET', 'PASSWORD', 'DSN', 'CREDENTIAL')
        self.secrets = sorted((v for n, v in os.environ.items() if len(v) > 5 and any(s in n.upper() for s in secretive)), key=len, reverse=True)

    def __call__(self, key, *words):
        self.count[key] = self.count.get(key, 0) + 1
        if self.count[key] > MOST:
            return
        line = '\t'.join(self.plain(w) for w in words)
        self.file.write(('%s %s' % (key, line)).rstrip() + '\n')

    def plain(self, text):
        text = str(text)[:64 * MOST]
        for secret in self.secrets:
            text = text.replace(secret, '***')
        text = ''.join(c if c.isprintable() else ' ' for c in text)
        return text if len(text) <= MOST else text[:MOST] + '...'


class Release(object):
    """The release as it is looked at. `stage` is what is being done, for the words of an error."""

    def __init__(self, options):
        self.options, self.stage, self.module = options, 'start', options.get('settings') or os.environ.get('DJSHIP_SETTINGS_MODULE') or ''
        self.work, self.asked = os.getcwd(), False
        self.overlay = 'overlay' in options
        if not self.overlay and not self.module:
            self.module = os.environ.get(VARIABLE, '')
        if not self.module:
            os.environ.pop(VARIABLE, None)

    def hook(self):
        """Has Django read the settings of the overlay whoever asks for them first: only then it is known which the project names."""
        from django.conf import LazySettings
        setup, release = LazySettings._setup, self

        def redirected(settings, name=None):
            before, release.stage = release.stage, 'settings'
            named = os.environ.get(VARIABLE, '')
            if not named and not release.module and not release.asked:  # a wsgi.py may name none
                release.asked = True
                named = manage_py(release.work)
            if named and named != OVERLAY and not release.module:
                release.module = production(named)
            if release.module and release.overlay:
                os.environ['DJSHIP_SETTINGS_MODULE'] = release.module
                os.environ[VARIABLE] = OVERLAY
            elif release.module:
                Traced.calm = True
                os.environ[VARIABLE] = release.module
                Traced.calm = False
            setup(settings, name)
            release.stage = before
        LazySettings._setup = redirected

    def load(self):
        """Imports the application that is served, and by it the settings."""
        self.stage = 'wsgi'
        name = self.options.get('asgi') or self.options.get('wsgi')
        self.hook()
        if not name:
            name = self.application()
        module, _, attribute = name.partition(':')
        attribute = attribute or 'application'
        try:
            served = importlib.import_module(module)
        except ModuleNotFoundError as e:
            if e.name and (module + '.').startswith(e.name + '.'):
                raise Failure('no_wsgi', module, frames(e))
            raise
        if not hasattr(served, attribute):
            raise Failure('no_wsgi', module + ':' + attribute, ['%s has no %s' % (served.__file__, attribute)])
        from django.conf import settings
        settings.INSTALLED_APPS
        forced, Traced.forced[:] = list(Traced.forced), []
        self.stage = 'apps'
        import django
        django.setup()
        if self.overlay:
            manage_py(self.work)
            if Traced.forced:
                raise Failure('forced', 'manage.py')
        return '%s:%s' % (module, attribute), settings, self.overlay and bool(forced)

    def application(self):
        """The WSGI application's name where nobody has said it: the one that the settings name, or the one that is there."""
        if self.module:
            from django.conf import settings
            named = settings.WSGI_APPLICATION
            if named:
                return ':'.join(named.rpartition('.')[::2])
        found = list(modules('wsgi.py', self.work))
        if len(found) != 1:
            named = manage_py(self.work)
            if not found and not named:
                raise Failure('no_wsgi', '', ['there is no wsgi.py in %s' % self.work])
            if named:
                os.environ.setdefault(VARIABLE, named)
                top = [m for m in found if m.split('.')[0] == named.split('.')[0]]
                if len(top) == 1:
                    return top[0]
                from django.conf import settings
                if settings.WSGI_APPLICATION:
                    return ':'.join(settings.WSGI_APPLICATION.rpartition('.')[::2])
            raise Failure('many_wsgi' if found else 'no_wsgi', ' '.join(found), [])
        return found[0]


def modules(name, work):
    """Dotted names of the files of a name near the top of a folder, those of packages."""
    for folder, folders, files in os.walk(work):
        inside = os.path.relpath(folder, work)
        depth = 0 if inside == '.' else inside.count(os.sep) + 1
        folders[:] = sorted(f for f in folders if depth < 3 and f.isidentifier() and f not in ('node_modules', 'static', 'media', 'templates', 'tests', 'docs', 'venv', 'env'))
        if name in files and depth:
            yield (inside.replace(os.sep, '.') + '.' + name[:-3])
        elif name in files:
            yield name[:-3]


def manage_py(work):
    """The settings that manage.py names: it is run up to where Django would begin."""
    path = os.path.join(work, 'manage.py')
    if not os.path.exists(path):
        return ''
    import runpy
    import django.core.management as management
    run, argv, before = management.execute_from_command_line, sys.argv, os.environ.get(VARIABLE)
    management.execute_from_command_line = lambda *args, **kwargs: None
    sys.argv = [path, 'check']
    try:
        runpy.run_path(path, run_name='__main__')
    except SystemExit:
        pass
    finally:
        management.execute_from_command_line, sys.argv = run, argv
    named = os.environ.get(VARIABLE, '')
    if before is None:
        os.environ.pop(VARIABLE, None)
    return '' if named == OVERLAY else named


def production(named):
    """Settings for production that lie beside settings for development, where these are named."""
    parent, _, last = named.rpartition('.')
    if parent and last in ('dev', 'development', 'local', 'test', 'testing', 'debug'):
        for name in ('production', 'prod'):
            try:
                if importlib.util.find_spec(parent + '.' + name):
                    return parent + '.' + name
            except (ImportError, ValueError):
                break
    return named


def checks(release, say):
    """What `manage.py check` has to say."""
    release.stage = 'check'
    from django.core import checks as django_checks
    found = [m for m in django_checks.run_checks() if not m.is_silenced()]
    errors = [m for m in found if m.level >= django_checks.ERROR]
    for message in found:
        if message.level == django_checks.WARNING:
            say('warn', '%s: %s' % (message.id, message.msg))
    if errors:
        lines = []
        for message in errors[:5]:
            lines.append('%s: (%s) %s%s' % (message.obj or '?', message.id, message.msg, ' HINT: %s' % message.hint if message.hint else ''))
        raise Failure('check', str(errors[0].id), lines)


def pending(release, say):
    """The migrations that the database lacks."""
    release.stage = 'pending'
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.exceptions import InconsistentMigrationHistory
    from django.db.migrations.executor import MigrationExecutor
    if connection.vendor == 'unknown':
        return
    executor = MigrationExecutor(connection)
    conflicts = executor.loader.detect_conflicts()
    if conflicts:
        raise Failure('conflict', ' '.join(sorted(conflicts)), ['%s: %s' % (app, ', '.join(sorted(names))) for app, names in sorted(conflicts.items())])
    removed = False
    try:
        executor.loader.check_consistent_history(connection)
    except InconsistentMigrationHistory:
        rows = djship_placeholder.rows(connection)
        if rows is None:
            raise
        if rows:
            raise Failure('placeholder', settings.AUTH_USER_MODEL, ['the tables of users, groups, sessions and the admin\'s log have %d rows' % rows])
        removed = True
        say('warn', 'the tables of the placeholder, which nobody has used, are removed before migrate: this project has a user model of its own')
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=removed)
    if removed:
        for migration, _ in plan:
            say('pending', '%s.%s' % (migration.app_label, migration.name))
    else:
        djship_plan.tell(executor, plan, connection, say)
    connection.close()
    changed = unmigrated(executor.loader)
    if changed:
        say('notice', 'models differ from their migrations in %s: `python manage.py makemigrations` makes what is missing, and is to be committed' % ', '.join(changed[:20]))


def unmigrated(loader):
    """The apps in the project's own code whose models are not as their migrations leave them; none where that can't be told."""
    try:
        from django.apps import apps
        from django.db.migrations.autodetector import MigrationAutodetector
        from django.db.migrations.questioner import MigrationQuestioner
        from django.db.migrations.state import ProjectState
        changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps), MigrationQuestioner(dry_run=True)).changes(loader.graph)
        code = os.path.realpath(os.environ.get('DJSHIP_CODE') or os.getcwd()) + os.sep
        own = [app.label for app in apps.get_app_configs() if os.path.realpath(app.path).startswith(code) and '-packages' + os.sep not in app.path]
        return sorted(label for label in changes if label in own)
    except Exception:
        return []


def gather(release, settings, say, folder, wanted):
    """Gathers the static files into a folder, whatever STATIC_ROOT is."""
    release.stage = 'static'
    from django.apps import apps
    if not apps.is_installed('django.contrib.staticfiles'):
        say('static', 0)
        return
    from django.contrib.staticfiles import storage
    from django.core.management import call_command
    from django.utils.functional import empty
    root = settings.STATIC_ROOT
    settings.STATIC_ROOT = folder
    # What has been made for STATIC_ROOT already, where an app has asked for a file's address as it was imported.
    storage.staticfiles_storage._wrapped = empty
    try:
        from django.core.files.storage import storages
        storages._storages.pop('staticfiles', None)
    except ImportError:  # Django before 4.2
        pass
    try:
        call_command('collectstatic', interactive=False, verbosity=0)
    finally:
        settings.STATIC_ROOT = root
    count = 0
    for _, _, files in os.walk(folder):
        count += len(files)
    say('static', count)
    if wanted:
        url = settings.STATIC_URL or '/static/'
        path = wanted[len(url):] if wanted.startswith(url) else wanted.lstrip('/')
        if not os.path.isfile(os.path.join(folder, path)) and (not wanted.startswith('/') or wanted.startswith(url)):
            raise Failure('no_static_file', wanted, ['collectstatic has gathered %d files, and this is none of them' % count])


def hangs(say, out, main):
    """Ends a process that has not come as far as its static files in time."""
    lines = lines_of(traceback.extract_stack(sys._current_frames()[main]))
    say('failed', 'hangs', lines[-1].partition(', in ')[0] if lines else '')
    for line in lines:
        say('says', line)
    out.flush()
    os._exit(1)


def asgi_worker():
    """The kind of gunicorn's workers that serves ASGI; its own came with a version that needs a newer Python than some hosts have."""
    import gunicorn
    for module, worker in (('gunicorn.asgi', 'asgi'), ('uvicorn_worker', 'uvicorn_worker.UvicornWorker'), ('uvicorn.workers', 'uvicorn.workers.UvicornWorker')):
        try:
            if importlib.util.find_spec(module):
                return worker
        except ImportError:
            pass
    if len(re.findall(r'(?:^| )(?:-k|--worker-class)', os.environ.get('GUNICORN_CMD_ARGS', ''))) > 1:
        return 'asgi'  # somebody names another
    raise Failure('no_worker', 'gunicorn %s of Python %d.%d' % ((gunicorn.__version__,) + sys.version_info[:2]))


def lacking():
    """Names of the .env.example beside the code, or beside manage.py, that the environment does not have."""
    for folder in (os.environ.get('DJSHIP_CODE', ''), os.getcwd()):
        path = os.path.join(folder, '.env.example')
        if folder and os.path.isfile(path):
            with open(path, 'rb') as file:
                text = file.read(1 << 18).decode('utf-8', 'replace')
            names = re.findall(r'(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=', text)
            return sorted(set(name for name in names if name not in os.environ and name != VARIABLE))
    return []


def look(release, say, clock):
    options = release.options
    served, settings, forced = release.load()
    import djship_table
    say('settings', release.module)
    if forced:  # its module would have other settings than the overlay: one of djship's has Django read them before
        say('wsgi', 'djship_wsgi:application')
        say('serves', served)
    else:
        say('wsgi', served)
    if options.get('asgi'):
        say('worker', asgi_worker())
    rows = djship_table.rows(settings, release.module, release.overlay)
    for row in rows:
        say('row', *row[:4])
    lacks = lacking()
    if lacks:
        say('warn', '.env.example names what is not set: %s' % ', '.join(lacks[:20]))
    wrong = [row for row in rows if row[4]]
    if wrong:
        raise Failure('wrong', wrong[0][0], ['%s = %s (%s) is %s' % row[:4] for row in wrong])
    checks(release, say)
    pending(release, say)
    clock.cancel()
    if options.get('static'):
        gather(release, settings, say, options['static'], options.get('file'))


def main():
    out = os.fdopen(os.dup(3), 'w', encoding='utf-8', errors='replace')
    os.close(3)
    say = Said(out)
    options = dict(argument.partition('=')[::2] for argument in sys.argv[1:])
    sys.argv = ['manage.py', 'check']
    try:
        import django  # noqa: F401
    except ImportError as e:
        release = type('None', (object,), {'module': '', 'work': '.', 'stage': 'start'})
        failure = why(e, release)
    else:
        os.environ.__class__ = Traced
        release = Release(options)
        failure = None
        clock = threading.Timer(LIMIT, hangs, (say, out, threading.get_ident()))
        clock.daemon = True
        clock.start()
        try:
            look(release, say, clock)
        except SystemExit as e:
            failure = Failure('ended', str(e), frames(e))
        except Exception as e:
            failure = why(e, release)
    if failure and options.get('guessed') and (failure.kind == 'no_settings' or release.stage == 'settings'):
        failure.lines.insert(0, 'the settings are taken to be %s: %s' % (options.get('settings'), options['guessed']))
    if failure:
        say('failed', failure.kind, failure.name)
        for line in failure.lines:
            say('says', line)
    else:
        say('done')
    out.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if failure else 0)  # whatever threads the project has begun


main()
