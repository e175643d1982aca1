"""Keeps the data that pending migrations would destroy: columns that are removed or get another type, with the primary key of each row, and tables. It is written as the site's
role reads it, in one snapshot, to a pipe of root's, and whole before the first migration begins. What a migration does with rows by SQL or Python of its own is not kept, but for DROP TABLE and DROP COLUMN.

The pipe takes frames: a letter, ten digits for a length, so many bytes. w are lines of words ("before NAME", "counted N" of these, "applied NAME", "reversed NAME", "keeps MIGRATION WHAT ROWS", parted by tabs); d is what is kept, of gzip: for
each entry a line of JSON, then pieces of COPY's text, each behind a line with its length, and a line 0; b is a dump; s what the release needs of the database, as djship_rehearse.py notes it; e says that all of it was sent."""
import glob
import gzip
import json
import os
import subprocess

import djship_plan

PIECE = 32768
LOCAL = 'select c.oid::pg_catalog.regclass from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass(%s) and c.relkind in (\'r\', \'p\')'
COLUMNS = """select a.attname::pg_catalog.text, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a
where a.attrelid = pg_catalog.to_regclass(%s) and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum"""
KEY = """select a.attname::pg_catalog.text from pg_catalog.pg_index i cross join lateral pg_catalog.unnest(i.indkey) with ordinality k(n, place)
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n where i.indisprimary and i.indrelid = pg_catalog.to_regclass(%s) order by k.place"""


class NotKept(Exception):
    """Why data could not be kept."""


class Out(object):
    """The pipe to root."""

    def __init__(self, file):
        self.file = file
        if file >= 0:
            os.set_inheritable(file, False)

    def send(self, kind, data=b''):
        if self.file < 0:
            return
        data = ('%s%010d' % (kind, len(data))).encode() + data
        while data:
            try:
                data = data[os.write(self.file, data):]
            except BrokenPipeError:
                raise NotKept('the host takes no more of it')

    def send_all(self, kind, data):
        for begin in range(0, len(data), PIECE):
            self.send(kind, data[begin:begin + PIECE])

    def say(self, *lines):
        """Words, a line each."""
        text = ''.join('%s\n' % ' '.join(str(line).splitlines()) for line in lines).encode('utf-8', 'replace')
        try:
            self.send_all('w', text)
        except NotKept:  # nobody hears it any more
            pass


class Packed(object):
    """A file for gzip to write to."""

    def __init__(self, out):
        self.out = out

    def write(self, data):
        data = bytes(data)
        self.out.send_all('d', data)
        return len(data)

    def flush(self):
        pass


class Pieces(object):
    """A file for COPY to write to."""

    def __init__(self, packed):
        self.packed = packed

    def write(self, data):
        data = bytes(data)
        self.packed.write(b'%d\n' % len(data) + data)
        return len(data)


def entries(connection, state, migrations):
    """What migrations destroy behind a state, which is changed: (migration, kind, table, column), of kinds table, column and type."""
    from django.core.exceptions import FieldDoesNotExist
    from django.db.migrations import operations as known
    telling = (known.DeleteModel, known.RemoveField, known.AlterField, known.RunSQL)
    found = []
    for migration in migrations:
        looked = djship_plan.Migration(connection, migration, state)
        for operation in migration.operations:
            inner = [one for one in djship_plan.flat([operation]) if isinstance(one, telling)]
            before = state.clone() if inner else state
            operation.state_forwards(migration.app_label, state)
            for one in inner:
                try:
                    looked.destroyed(one, migration.app_label, before, state)
                except (LookupError, FieldDoesNotExist):  # the state has had it taken out already
                    pass
        name = '%s.%s' % (migration.app_label, migration.name)
        found += [(name, 'table', table, '') for table in looked.tables]
        found += [(name, 'column' if what == djship_plan.REMOVED else 'type', table, column) for table, column, what in looked.columns]
    return list(dict.fromkeys(found))


def added(connection, state, migrations):
    """What is destroyed where migrations are taken back that follow on a state, which is changed: the columns and tables that they have added."""
    from django.db.migrations import operations as known
    found = []
    for migration in migrations:
        name = '%s.%s, taken back' % (migration.app_label, migration.name)
        for operation in migration.operations:
            operation.state_forwards(migration.app_label, state)
            for one in djship_plan.flat([operation]):
                if isinstance(one, known.CreateModel):
                    meta = state.apps.get_model(migration.app_label, one.name)._meta
                    tables = [meta.db_table] + [field.remote_field.through._meta.db_table for field in meta.local_many_to_many]
                    found += [(name, 'table', table, '') for table in tables if meta.managed and not meta.proxy and not meta.swapped]
                elif isinstance(one, known.AddField):
                    looked = djship_plan.Migration(connection, migration, state)
                    looked.gone(state.apps.get_model(migration.app_label, one.model_name), one.name)
                    found += [(name, 'table', table, '') for table in looked.tables] + [(name, 'column', table, column) for table, column, _ in looked.columns]
    return list(dict.fromkeys(found))


def state_before(executor, out):
    """Has root know which migrations are applied, before that changes."""
    before = sorted('before %s.%s' % key[:2] for key in executor.loader.applied_migrations)
    out.say(*before + ['counted %d' % len(before)])


def keep(connection, found, out):
    """Sends the data of entries, in one snapshot."""
    from django.db import transaction
    with transaction.atomic(using=connection.alias), gzip.GzipFile('', 'wb', 3, Packed(out), 0) as packed:
        with connection.cursor() as cursor:
            cursor.execute('set transaction isolation level repeatable read, read only')
        for migration, kind, table, column in found:
            entry = described(connection, table, column)
            if entry:
                packed.write(json.dumps(dict(entry, migration=migration, kind=kind)).encode() + b'\n')
                rows = copied(connection, entry, Pieces(packed))
                packed.write(b'0\n')
                out.say('keeps %s\t%s\t%s' % (migration, 'table ' + table if kind == 'table' else 'column %s.%s' % (table, column), rows))
            elif there(connection, table, column):  # what these migrations make themselves has no data yet
                out.say('misses %s\t%s' % (migration, '%s.%s' % (table, column) if column else table))


def there(connection, table, column):
    """Whether a table, or a column of it, is there."""
    with connection.cursor() as cursor:
        names = columns(cursor, connection.ops.quote_name(table))
    return names is not None and (not column or column in names)


def columns(cursor, quoted):
    """The columns of a table, with their types; None where there is no such table."""
    cursor.execute(LOCAL, (quoted,))
    if not cursor.fetchone():
        return None
    cursor.execute(COLUMNS, (quoted,))
    return dict(cursor.fetchall())


def described(connection, table, column):
    """What is copied of a table, and by which key; None where it is not there yet, or rows can't be told apart."""
    with connection.cursor() as cursor:
        quoted = connection.ops.quote_name(table)
        names = columns(cursor, quoted)
        if names is None:
            return None
        cursor.execute(KEY, (quoted,))
        key = [row[0] for row in cursor.fetchall()]
    wanted = key + [column] if column else list(names)
    if column and (not key or column in key) or any(name not in names for name in wanted):
        return None
    return {'table': table, 'column': column, 'key': key, 'columns': [[name, names[name]] for name in wanted]}


def copied(connection, entry, to):
    """Copies it; returns how many rows that were."""
    names = ', '.join('"%s"' % name.replace('"', '""') for name, _ in entry['columns'])
    statement = 'COPY (SELECT %s FROM %s) TO STDOUT' % (names, connection.ops.quote_name(entry['table']))
    with connection.cursor() as cursor:
        own = cursor.cursor
        if hasattr(own, 'copy_expert'):  # psycopg2
            own.copy_expert(statement, to)
        else:
            with own.copy(statement) as blocks:
                for block in blocks:
                    to.write(block)
        return own.rowcount


def dump(connection, out):
    """Sends a dump of the whole database, as pg_restore reads it."""
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin/pg_dump'), key=lambda path: float(path.split('/')[4]))
    if not found:
        raise NotKept('the host has no pg_dump')
    known = connection.get_connection_params()
    env = {'PATH': os.environ.get('PATH', ''), 'HOME': '/nonexistent', 'LC_ALL': 'C', 'PGCONNECT_TIMEOUT': '10'}
    for name, keys in (('PGHOST', ('host',)), ('PGPORT', ('port',)), ('PGUSER', ('user',)), ('PGPASSWORD', ('password',)), ('PGDATABASE', ('dbname', 'database')), ('PGSSLMODE', ('sslmode',))):
        value = next((known[key] for key in keys if known.get(key)), None)
        if value:
            env[name] = str(value)
    process = subprocess.Popen([found[-1], '--no-password', '--format=custom', '--lock-wait-timeout=2000'], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for block in iter(lambda: process.stdout.read(PIECE), b''):
            out.send('b', block)
    except BaseException:
        process.kill()
        raise
    said = process.stderr.read(65536).decode('utf-8', 'replace').strip().splitlines()
    if process.wait():
        raise NotKept('pg_dump has failed: %s' % (said[-1] if said else process.returncode))
