"""Copies of a database, for rehearsals: of its schema and the rows that migrate reads, as files, or of all that is in it, straight into a scratch database. Only a release's own role reads and
writes: what a database has been told to do as it is filled (checks, expressions of indexes) is done with its rights."""
import glob
import os
import subprocess
import tempfile
import time

import djship_catalogue

ROWS = ('django_migrations', 'django_content_type', 'auth_permission')  # without them migrate would begin anew
COMMON = ['--no-owner', '--no-privileges', '--no-comments', '--no-publications', '--no-subscriptions', '--no-security-labels', '--lock-wait-timeout=2000']


class Unsure(Exception):
    """Why it can't be told whether live code can go on."""


def dump(connection, folder):
    """The schema, and the rows of Django's own tables that migrate reads, as files of SQL. It waits for no lock longer than two seconds, and no visitor for it."""
    client(connection, 'pg_dump', ['--schema-only', '--file', os.path.join(folder, 'schema.sql')] + COMMON)
    there = [name for name in ROWS if djship_catalogue.rows(connection, "select pg_catalog.to_regclass('%s')" % name)[0][0]]
    if there:
        client(connection, 'pg_dump', ['--data-only', '--file', os.path.join(folder, 'rows.sql')] + ['--table=' + name for name in there] + COMMON)


def program(connection, name, database=None):
    """The command line and the environment by which one of PostgreSQL's programs is at work on a connection's database, or another of its server. Passwords go by the environment."""
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin/' + name), key=lambda path: float(path.split('/')[4]))
    if not found:
        raise Unsure('the host has no ' + name)
    known = connection.get_connection_params()
    env = {'PATH': os.environ.get('PATH', ''), 'HOME': '/nonexistent', 'LC_ALL': 'C', 'PGCONNECT_TIMEOUT': '10'}
    for variable, key in (('PGHOST', 'host'), ('PGPORT', 'port'), ('PGUSER', 'user'), ('PGPASSWORD', 'password'), ('PGDATABASE', 'dbname'), ('PGSSLMODE', 'sslmode')):
        value = known.get(key) or (known.get('database') if key == 'dbname' else None)
        if value:
            env[variable] = str(value)
    if database:
        env['PGDATABASE'] = database
    return [found[-1], '--no-password'], env


def client(connection, name, arguments, database=None):
    """Runs one of PostgreSQL's programs, and returns what it complains about."""
    command, env = program(connection, name, database)
    done = subprocess.run(command + arguments, env=dict(env, PGOPTIONS='-c statement_timeout=120s'), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300)
    said = done.stderr.decode('utf-8', 'replace')[:65536]
    if done.returncode:
        raise Unsure('%s has failed: %s' % (name, said.strip().splitlines()[-1] if said.strip() else done.returncode))
    return said


def fill(connection, live, scratch):
    """Copies a database into a scratch database, as one moment has it, with nothing between the two programs on a disk; returns how long it took, and the last complaint. Who dumps waits for no
    lock longer than two seconds."""
    began = time.time()
    reading, source = program(connection, 'pg_dump', live)
    writing, target = program(connection, 'psql', scratch)
    with tempfile.TemporaryFile() as why, tempfile.TemporaryFile() as said:
        dump = subprocess.Popen(reading + COMMON, env=source, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=why)
        restore = subprocess.Popen(writing + ['-X', '-q'], env=target, stdin=dump.stdout, stdout=subprocess.DEVNULL, stderr=said)
        dump.stdout.close()  # which ends the dump where nobody reads it any more
        if restore.wait() or dump.wait():
            raise Unsure('the database could not be copied: %s' % (last(why) or last(said) or 'psql has ended with %d' % restore.returncode))
        return time.time() - began, last(said)


def last(file):
    """The last line of what a program has complained about."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
    return (file.read().decode('utf-8', 'replace').strip().splitlines() or [''])[-1]


class Clock(object):
    """How long migrations take, and their Python code of that."""

    def __init__(self):
        self.took, self.python = {}, {}

    def time(self, of, name, function):
        """Calls a function and adds its time to that of a migration."""
        began = time.time()
        try:
            return function()
        finally:
            of[name] = of.get(name, 0) + time.time() - began

    def told(self):
        """A sentence a migration, in the order in which they ran."""
        for name, seconds in self.took.items():
            python = self.python.get(name)
            yield '%s took %.1f s with a copy of the data%s' % (name, seconds, ', its Python code %.1f s of that' % python if python is not None else '')
