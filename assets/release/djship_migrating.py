"""Runs `manage.py migrate` of a release in its own Django, for djship_migrate.py, which started it and watches.

A lock that is not got in two seconds is given up, so that no visitor waits behind a migration. A migration that is atomic is applied and
recorded in one transaction, or not at all. A column that is added and wants a value keeps its default in the database, so that code which does
not know the column goes on adding rows.

What it says and hears are lines of JSON on the two files that DJSHIP_WIRE names:
says connect, vendor, pid, plan, begin, applied, concurrently, held, note, kept; hears go, safe, stop. On the file of DJSHIP_KEEP root hears what djship_keep.py says: the state
before, each migration that is applied, and the data that they destroy, which DJSHIP_KEEPS asks for ("data", "dump"; "later" leaves out what djship_later.py has wait)."""
import json
import os
import re
import runpy
import select
import sys
import time

import djship_back
import djship_defaults
import djship_held
import djship_keep
import djship_later
import djship_placeholder

LOCK_TIMEOUT = '2s'
PATIENT = '300s'  # for CONCURRENTLY, behind which nobody waits
IN_THE_WAY = ('55P03', '40P01')  # a lock that was not got in time, a deadlock
PATIENCE = 300  # seconds in which a statement that is no part of a transaction is tried again
REFUSED, STOPPED, AGAIN = 73, 74, 75  # statuses with which it ends
LIBPQ = ('host', 'hostaddr', 'port', 'user', 'password', 'passfile', 'service', 'options', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslcrl',
         'sslpassword', 'gssencmode', 'krbsrvname', 'channel_binding', 'target_session_attrs', 'connect_timeout')
CONCURRENTLY = re.compile(r'\s*(?:CREATE|DROP|REINDEX|ALTER)\b[^;\'$]*\bCONCURRENTLY\b', re.I)


class Stopped(BaseException):
    """No further migration is to begin."""


class Wire(object):
    """What is said to djship_migrate.py, and heard of it. A process that a migration starts has no part in it."""

    def __init__(self, files):
        self.hearing, self.saying = (int(n) for n in files.split(','))
        for file in (self.hearing, self.saying):
            os.set_inheritable(file, False)
        self.rest, self.stop = b'', False

    def say(self, **words):
        os.write(self.saying, json.dumps(words).encode() + b'\n')

    def hear(self):
        """The next line; {} where nothing more comes."""
        while b'\n' not in self.rest:
            text = os.read(self.hearing, 65536)
            if not text:
                return {}
            self.rest += text
        line, _, self.rest = self.rest.partition(b'\n')
        return json.loads(line.decode())

    def safe(self):
        """Waits until root has what was to be kept; tells whether it has."""
        while True:
            words = self.hear()
            if not words or words.get('stop'):
                raise Stopped()
            if 'safe' in words:
                return words['safe']

    def stopped(self):
        """Whether no further migration is to begin. Who is not heard any more has stopped, too."""
        while not self.stop and (b'\n' in self.rest or select.select([self.hearing], [], [], 0)[0]):
            self.stop = self.hear().get('stop', True)
        return self.stop


def sqlstate(error):
    """PostgreSQL's code of an error, or of what it comes from; '' for none."""
    for _ in range(10):
        code = getattr(error, 'pgcode', None) or getattr(error, 'sqlstate', None)
        if code or error is None:
            return str(code or '')
        error = error.__cause__
    return ''


class Migrating(object):
    """One run of migrate on a connection. `current` is the migration that is at work, None between two."""

    def __init__(self, wire, connection, out=None, keeps=()):
        self.wire, self.connection, self.current, self.atomic = wire, connection, None, False
        self.out, self.keeps = out or djship_keep.Out(-1), keeps
        self.tables = djship_held.Tables(connection, lambda who: wire.say(held=who))

    def connect(self):
        """Says how the database is reached, and waits for the word to go."""
        connection = self.connection
        if connection.vendor != 'postgresql':
            self.wire.say(vendor=connection.vendor)
        else:
            params = connection.get_connection_params()
            reached = dict((name, params[name]) for name in LIBPQ if isinstance(params.get(name), (str, int)))
            reached['dbname'] = params.get('dbname') or params.get('database') or ''
            driver = type(connection).Database.__name__
            self.wire.say(connect=reached, driver=driver)
        if not self.wire.hear().get('go'):
            raise Stopped()

    def run(self, execute, back=False):
        from django.db.backends.signals import connection_created
        self.connect()
        if self.connection.vendor != 'postgresql':
            return execute()
        self.connection.close()
        connection_created.connect(self.connected, weak=False)
        try:
            if not back:
                self.hook()
                self.make_room()
            with self.connection.execute_wrapper(self.executing):
                return execute()
        except Exception as error:
            again = sqlstate(error) in IN_THE_WAY and (self.current is None or self.atomic)
            if again:
                print('\n' + str(error).strip().splitlines()[0])
                raise SystemExit(AGAIN)
            raise

    def make_room(self):
        """Removes what the placeholder has left where it is in the way."""
        if djship_placeholder.remove(self.connection):
            print('the tables of the placeholder, which nobody had used, are removed', flush=True)

    def connected(self, connection, **_):
        """Sets what a session needs: how long it waits for locks, and that the server sees where it has gone."""
        if connection.vendor != 'postgresql':
            return
        wanted = [('lock_timeout', LOCK_TIMEOUT), ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '25s'),
                  ('client_connection_check_interval', '5s')]  # which only later versions of PostgreSQL have
        with connection.cursor() as cursor:
            cursor.execute('select pg_catalog.pg_backend_pid()')
            pid = cursor.fetchone()[0]
            for name, value in wanted:
                cursor.execute('select pg_catalog.set_config(name, %s, false) from pg_catalog.pg_settings where name = %s', (value, name))
        if connection is self.connection:
            self.wire.say(pid=pid)

    def hook(self):
        """Has Django come by here: with its plan, before and behind each migration, and for columns."""
        from django.db.migrations.executor import MigrationExecutor
        migrate, apply = MigrationExecutor.migrate, MigrationExecutor.apply_migration

        def planned(executor, targets, plan=None, *args, **kwargs):
            if executor.connection is self.connection:
                if plan is None:
                    plan = executor.migration_plan(targets)
                plan = self.without_late(executor, plan)
                self.wire.say(plan=[named(migration) for migration, _ in plan])
                self.keep(executor, plan)
            return migrate(executor, targets, plan, *args, **kwargs)

        def applied(executor, state, migration, *args, **kwargs):
            if executor.connection is not self.connection:
                return apply(executor, state, migration, *args, **kwargs)
            return self.apply(executor, migration, lambda: apply(executor, state, migration, *args, **kwargs))
        MigrationExecutor.migrate, MigrationExecutor.apply_migration = planned, applied
        djship_defaults.hook(self.connection, lambda text: self.wire.say(kept=text))

    def without_late(self, executor, plan):
        """Leaves out what waits until all hosts have switched, where that is asked for, and tells of it."""
        late = djship_later.waiting(executor, plan) if 'later' in self.keeps else []
        djship_later.loosen(self.connection, late)
        self.out.say(*['waits ' + named(migration) for migration, _ in late])
        if late:
            self.wire.say(note='what only removes waits until the new release is live: %s' % ', '.join(named(migration) for migration, _ in late))
        return djship_later.left(plan, late)

    def keep(self, executor, plan):
        """Has root know the state before, and have what the migrations destroy, before the first of them begins."""
        djship_keep.state_before(executor, self.out)
        if plan and executor.loader.applied_migrations:
            state = executor._create_project_state(with_applied_migrations=True)
            self.keep_found(djship_keep.entries(self.connection, state, [migration for migration, _ in plan]) if 'data' in self.keeps else [], 'dump' in self.keeps)

    def keep_found(self, found, whole, note=''):
        """Has root keep the data of what was found, the whole database where that is asked for, and a note."""
        if not found and not whole and not note:
            return
        try:
            self.out.send_all('s', note.encode())
            if whole:
                djship_keep.dump(self.connection, self.out)
            if found:
                djship_keep.keep(self.connection, found, self.out)
            self.out.send('e')
            if self.wire.safe():
                return
        except djship_keep.NotKept as error:
            print(error)
        print('what would be destroyed could not be kept before, so nothing was begun')
        raise SystemExit(REFUSED)

    def apply(self, executor, migration, apply):
        """Applies a migration. Django records one that leaves statements for its end (foreign keys, say) behind its transaction: here that is one, and
        only when it is over the migration is said to be OK."""
        from django.db import transaction
        if self.wire.stopped():
            raise Stopped()
        self.current, self.atomic = named(migration), bool(migration.atomic and self.connection.features.can_rollback_ddl)
        self.wire.say(begin=self.current, atomic=self.atomic)
        self.tables.begin()
        if not self.atomic:
            state = apply()
        else:
            callback, held = executor.progress_callback, []

            def told(action, *args, **kwargs):
                if action == 'apply_success':
                    held.append((action, args, kwargs))
                elif callback:
                    callback(action, *args, **kwargs)
            executor.progress_callback = told
            try:
                with transaction.atomic(using=self.connection.alias):
                    state = apply()
            finally:
                executor.progress_callback = callback
            for action, args, kwargs in held:
                callback(action, *args, **kwargs) if callback else None
        self.wire.say(applied=self.current)
        self.out.say('applied ' + self.current)
        self.current = None
        return state

    def executing(self, execute, sql, params, many, context):
        """Runs a statement. One outside of a transaction is one by itself: where it does not get its lock it is tried again, and where nobody waits
        behind it, it waits."""
        connection = self.connection
        if connection.in_atomic_block:
            self.tables.wait(str(sql))
            return execute(sql, params, many, context)
        if CONCURRENTLY.match(str(sql)):
            return self.concurrently(lambda: execute(sql, params, many, context), str(sql))
        end, pause = time.time() + PATIENCE, 1
        while True:
            try:
                self.tables.begin()
                self.tables.wait(str(sql))
                return execute(sql, params, many, context)
            except Exception as error:
                if sqlstate(error) not in IN_THE_WAY or self.current is None or time.time() + pause > end or self.wire.stopped():
                    raise
            self.wire.say(note='a statement of %s, which is not atomic, did not get its lock; it is tried again in %d s' % (self.current, pause))
            time.sleep(pause)
            pause = min(pause * 2, 30)

    def concurrently(self, execute, sql):
        """Runs a statement that leaves something behind where it fails."""
        self.wait_for_locks(PATIENT)
        try:
            return execute()
        except Exception:
            self.wire.say(concurrently=sql[:2000])
            raise
        finally:
            self.wait_for_locks(LOCK_TIMEOUT)

    def wait_for_locks(self, limit):
        from django.db import Error
        try:
            with self.connection.cursor() as cursor:
                cursor.execute('select pg_catalog.set_config(%s, %s, false)', ('lock_timeout', limit))
        except Error:  # the connection has gone: the next one is set when it comes
            pass


def named(migration):
    return '%s.%s' % (migration.app_label, migration.name)


def hook(wire, out, keeps, back):
    """Has the command that manage.py begins come by here; back has the options of the way back, None for a migrate."""
    from django.core.management.base import BaseCommand
    execute = BaseCommand.execute

    def first(command, *args, **options):
        BaseCommand.execute = execute
        from django.db import connections
        connection = connections[options.get('database') or 'default']
        migrating = Migrating(wire, connection, out, keeps)
        return migrating.run(lambda: djship_back.back(migrating, back) if back else execute(command, *args, **options), bool(back))
    BaseCommand.execute = first


def main():
    wire = Wire(os.environ.pop('DJSHIP_WIRE'))
    out, keeps = djship_keep.Out(int(os.environ.pop('DJSHIP_KEEP', '-1'))), os.environ.pop('DJSHIP_KEEPS', '').split()
    back = None
    if 'DJSHIP_BACK' in os.environ:
        back = {'record': os.environ.pop('DJSHIP_BACK'), 'to': os.environ.pop('DJSHIP_BACK_TO'), 'kept': int(os.environ.pop('DJSHIP_KEPT')), 'schema': os.environ.pop('DJSHIP_BACK_SCHEMA'), 'allow': bool(os.environ.pop('DJSHIP_BACK_ALLOW'))}
    path = os.path.join(os.getcwd(), 'manage.py')
    sys.argv, sys.path[0] = [path, 'migrate', '--noinput'], os.getcwd()
    hook(wire, out, keeps, back)
    try:
        runpy.run_path(path, run_name='__main__')
    except Stopped:
        sys.exit(STOPPED)


if __name__ == '__main__':
    main()
