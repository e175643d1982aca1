"""Carries out what a case asks for in one version of Django, each in a process of its own: the driver, corpus.py, sends lines of JSON, and gets one back for each."""
import importlib
import json
import os
import sys
import time
import traceback

import django  # what forks then need not import
import django.contrib.admin.sites  # noqa: F401
import django.core.management  # noqa: F401
import django.db.backends.postgresql.base  # noqa: F401
import django.db.migrations.executor  # noqa: F401
import django.test  # noqa: F401

CONTRIB = ['django.contrib.' + name for name in ('admin', 'auth', 'contenttypes', 'sessions', 'messages', 'sites', 'flatpages', 'redirects', 'postgres')]


def configure(job):
    """Django with the code of one side of a case, on a database."""
    from django.conf import settings
    sys.path[:0] = [job['code'], job['programs']]
    os.chdir(job['code'])
    middleware = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware']
    options = dict(
        SECRET_KEY='x' * 50, ALLOWED_HOSTS=['*'], USE_TZ=True, SITE_ID=1, ROOT_URLCONF='corpus_urls', MIDDLEWARE=middleware, STATIC_URL='/static/',
        INSTALLED_APPS=CONTRIB + job['apps'] + ['django_migration_linter'] * bool(job.get('linter')), DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
        PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'],
        TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
            'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth', 'django.contrib.messages.context_processors.messages']}}],
        DATABASES={'default': dict(job['database'], ENGINE='django.db.backends.postgresql', NAME=job['name'])})
    options.update(job.get('settings') or {})
    settings.configure(**options)
    django.setup()
    import exercise
    import types
    from django.contrib import admin
    from django.urls import path
    urls = types.ModuleType('corpus_urls')
    exercise.register()
    urls.urlpatterns = [path('admin/', admin.site.urls)]
    sys.modules['corpus_urls'] = urls


def migrate(job):
    """Runs migrate as a push does; with `later` it leaves out what waits until the new release is live."""
    from django.core.management import call_command
    from django.db import connections
    if job.get('keeping'):
        importlib.import_module('djship_defaults').hook(connections['default'], lambda text: None)
    if job.get('later'):
        importlib.import_module('djship_later').hook(connections['default'])
    call_command('migrate', interactive=False, verbosity=0, skip_checks=True)


def make(job):
    """Writes the migrations that Django sees in the models of an app where there are none; returns their SQL where that is asked for."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.questioner import MigrationQuestioner
    from django.db.migrations.state import ProjectState
    from django.db.migrations.writer import MigrationWriter
    loader = MigrationLoader(None, ignore_no_migrations=True)
    labels = set(job['apps'])
    questioner = MigrationQuestioner({'ask_initial': True}, specified_apps=labels)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps), questioner).changes(loader.graph, trim_to_apps=labels, convert_apps=labels, migration_name=job.get('as'))
    for label, migrations in changes.items():
        if label in labels:
            for migration in migrations:
                path = os.path.join(job['code'], label, 'migrations', migration.name + '.py')
                with open(path, 'w') as file:
                    file.write(MigrationWriter(migration).as_string())
    return sorted(label for label in changes if label in labels)


def run_sql(job, key):
    from django.db import connection
    if job.get(key):
        with connection.cursor() as cursor:
            cursor.execute(job[key])


def old(job):
    """Old code on its own schema: it makes rows, and passes the exercise."""
    import djship_rehearse
    import exercise
    from django.db import connection
    run_sql(job, 'early')
    make(dict(job, **{'as': 'initial'}))
    importlib.invalidate_caches()
    migrate(dict(job, keeping=False))
    run_sql(job, 'before')
    wrong = exercise.Exercise().run()
    djship_rehearse.look(job['folder'], djship_rehearse.identity(connection))
    return wrong


def new(job):
    """The new release: what the gate finds, what others say, and then its migrations in earnest."""
    import djship_rehearse
    from django.db import connection
    result, live = {}, connection.settings_dict['NAME']
    if job['makes']:
        make(dict(job, **{'as': 'new'}))
        importlib.invalidate_caches()
    began = time.time()
    result['gate'] = djship_rehearse.Rehearsal(job['folder'], job['scratch']).run(lambda: migrate(job))
    result['seconds'] = round(time.time() - began, 2)
    connection.settings_dict['NAME'] = live
    result['waits'] = waits(connection)
    if job['linter']:
        result['pending'] = pending(job)
        result['linter'] = linter(dict(job, pending=result['pending']))
    run_sql(job, 'clear')
    migrate(dict(job, keeping=False))
    return result


def waits(connection):
    """The migrations that a push would run when the new release is live."""
    import djship_later
    from django.db.migrations.executor import MigrationExecutor
    executor = MigrationExecutor(connection)
    return ['%s.%s' % (one.app_label, one.name) for one, _ in djship_later.waiting(executor, executor.migration_plan(executor.loader.graph.leaf_nodes()))]


def used(job):
    """What code can't do on the schema as it is; of those that use it one after another each has a number."""
    import exercise
    exercise.counter = exercise.itertools.count(100000 + 500 * job['number'])
    return exercise.Exercise(again=True).run()


def truth(job):
    """Old code on the schema that the new release has left, and what the gate of the way back says of it."""
    import djship_rehearse
    import exercise
    back = djship_rehearse.again(os.path.join(job['folder'], 'live.json'))
    exercise.counter = exercise.itertools.count(100000)
    return {'back': back, 'truth': exercise.Exercise(again=True).run()}


def pending(job):
    """The names of the migrations that the new release brings, and their SQL as sqlmigrate tells it."""
    import io
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    executor = MigrationExecutor(connection)
    texts = []
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        out = io.StringIO()
        try:
            call_command('sqlmigrate', migration.app_label, migration.name, stdout=out, no_color=True)
        except Exception:
            pass
        texts.append([migration.app_label, migration.name, out.getvalue()])
    return texts


def linter(job):
    """What django-migration-linter says of some migrations: whether it has errors, by the codes."""
    import io
    from django_migration_linter import MigrationLinter
    out, before = io.StringIO(), sys.stdout
    sys.stdout = out
    try:
        codes = []
        for app, name, _ in job['pending']:
            one = MigrationLinter(job['code'], include_apps=[app], database='default', no_cache=True)
            one.lint_all_migrations(app_label=app, migration_name=name)
            if one.has_errors:
                codes.append(name)
    finally:
        sys.stdout = before
    return codes


def main():
    out = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    for line in sys.stdin:
        job = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            try:
                configure(job)
                result = {'result': globals()[job['do']](job)}
            except BaseException as e:
                result = {'error': '%s: %s' % (type(e).__name__, e), 'trace': traceback.format_exc()}
            with os.fdopen(writing, 'w') as file:
                json.dump(result, file, default=str)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as file:
            text = file.read()
        os.waitpid(child, 0)
        out.write((text or '{"error": "it has died"}') + '\n')
        out.flush()


main()
