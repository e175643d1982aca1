"""Tries the pending migrations of a release in a copy of the live database's schema, and holds what comes out against what the live release's models read and write.
Two parts, each run inside Django by the site's account, with a folder of its own between them: look() in the live release, rehearse() in the new one. Nothing here writes to the live database."""
import contextlib
import json
import os
import re
import traceback

import djship_catalogue
import djship_copied
import djship_database
import djship_defaults
import djship_gate
import djship_later
import djship_models
import djship_placeholder

# What the live database has set for sessions of this role, where its tables are looked for first of all.
SETTINGS = """select u.c from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) u(c)
where s.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
and s.setrole in (0, (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user)) order by s.setrole"""


class Refused(Exception):
    """Why nothing is to be migrated as it is, whatever is allowed."""


class Elsewhere(Exception):
    """Why there is nothing to be told of: live code has no database that could be copied here."""


def look(folder, own):
    """Notes what live code reads and writes, and what its database is. own is "OID START" of the site's own database, as PostgreSQL's superuser has it."""
    from django.db import connection
    if connection.vendor != 'postgresql':
        raise Elsewhere('the live release has no PostgreSQL, but %s' % connection.vendor)
    if identity(connection) != own:
        raise Elsewhere("the live release has another database than the site's own on this host: %s" % connection.settings_dict.get('NAME'))
    own_sessions(connection)
    live = {'settings': dict(text.partition('=')[::2] for (text,) in djship_catalogue.rows(connection, SETTINGS)), 'catalogue': djship_catalogue.catalogue(connection), 'models': djship_models.models(connection), 'unused': djship_placeholder.rows(connection) == 0}
    with open(os.path.join(folder, 'live.json'), 'w') as file:
        json.dump(live, file)
    djship_copied.dump(connection, folder)
    connection.close()


def own_sessions(connection):
    """Refuses sessions that are not the connection's own: a pooler knows nothing of a scratch database, either."""
    connection.ensure_connection()
    if djship_database.pooled(connection.connection):
        raise Refused(djship_database.POOLED)


def identity(connection):
    """A database and the start of its server: no two have the same."""
    return djship_catalogue.rows(connection, "select d.oid || ' ' || extract(epoch from pg_catalog.pg_postmaster_start_time())::pg_catalog.int8 from pg_catalog.pg_database d "
                                             'where d.datname = pg_catalog.current_database()')[0][0]


class Rehearsal(object):
    """Pending migrations as they run in a scratch database, one by one: what each does to old code."""

    def __init__(self, folder, database, data=''):
        with open(os.path.join(folder, 'live.json')) as file:
            self.live = json.load(file)
        self.folder, self.database, self.at = folder, database, ''
        self.found, self.last, self.notes = {}, set(), []
        self.data, self.clock, self.copied = data, djship_copied.Clock(), 0

    def run(self, migrate):
        """Runs migrate() in a copy of the live schema. Django asks the scratch database alone."""
        from django.db import connection
        own_sessions(connection)
        with only(self.database):
            if djship_catalogue.rows(connection, 'select pg_catalog.current_database()::pg_catalog.text')[0][0] != self.database:
                raise djship_copied.Unsure('the settings of the release lead to a database of their own')
            self.restore(connection)
            self.before = djship_catalogue.plain(djship_catalogue.catalogue(connection))
            other = unlike(self.live, self.before)
            if other:
                raise djship_copied.Unsure('the copy of the schema is another than the live one: %s' % other)
            with self.watched(), connection.execute_wrapper(self.statement):
                migrate()
            self.look(connection)
            connection.close()
        return self.result()

    def restore(self, connection):
        """Fills the scratch database. What fails for a site's role shows in what is missing then."""
        if self.data:
            self.copied, said = djship_copied.fill(connection, self.data, self.database)
            if said:
                self.note('the copy of the data may lack something: %s' % said)
        for name in ('schema.sql', 'rows.sql') if not self.data else ():
            if os.path.exists(os.path.join(self.folder, name)):
                djship_copied.client(connection, 'psql', ['-X', '-q', '-f', os.path.join(self.folder, name)], self.database)
        self.invalid(connection)
        self.begin_as_live(connection)
        for server, in djship_catalogue.rows(connection, 'select srvname::pg_catalog.text from pg_catalog.pg_foreign_server'):
            with connection.cursor() as cursor:  # what is elsewhere is not for a rehearsal
                cursor.execute('drop user mapping if exists for current_user server "%s"' % server.replace('"', '""'))

    def begin_as_live(self, connection):
        """Has sessions begin as those of the live database do."""
        from django.db import Error
        for name, value in self.live.get('settings', {}).items():
            with contextlib.suppress(Error), connection.cursor() as cursor:  # what a site's role may not set is not for it
                cursor.execute('select pg_catalog.set_config(%s, %s, false)', (name, value))
                cursor.execute('alter role current_user in database "%s" set %s from current' % (self.database, '.'.join('"%s"' % part.replace('"', '') for part in name.split('.'))))
        if self.live.get('settings'):
            connection.close()

    def invalid(self, connection):
        """Makes the indexes that are not valid in the live database, which no dump has: their names are taken, and new rows obey them. Where there is data it may forbid one."""
        from django.db import Error
        for table in self.live['catalogue']['tables'].values():
            for name, index in table['indexes'].items():
                if not index.get('valid', True):
                    with contextlib.suppress(Error), connection.cursor() as cursor:
                        cursor.execute(index['made'])
                    self.note(djship_database.Index(table['schema'], name, table['name']).sentence('there is an index that is not valid, as a CONCURRENTLY that has failed leaves it'))

    @contextlib.contextmanager
    def watched(self):
        """Has a look behind each migration, and lets no Python of a migration end it all: on a copy without rows it may look for some in vain."""
        from django.db.migrations.executor import MigrationExecutor
        from django.db.migrations.operations import RunPython
        apply, forwards, rehearsal = MigrationExecutor.apply_migration, RunPython.database_forwards, self

        def applied(executor, state, migration, *args, **kwargs):
            rehearsal.at = '%s.%s' % (migration.app_label, migration.name)
            result = rehearsal.clock.time(rehearsal.clock.took, rehearsal.at, lambda: apply(executor, state, migration, *args, **kwargs))
            rehearsal.look(executor.connection)
            return result

        def python(operation, app_label, schema_editor, *args):
            from django.db import transaction
            if rehearsal.data:  # what fails here would fail in the live database
                return rehearsal.clock.time(rehearsal.clock.python, rehearsal.at, lambda: forwards(operation, app_label, schema_editor, *args))
            inside = schema_editor.connection.in_atomic_block
            try:
                with transaction.atomic(using=schema_editor.connection.alias) if inside else contextlib.nullcontext():
                    forwards(operation, app_label, schema_editor, *args)
            except Exception as e:
                rehearsal.note('its Python code has failed on a copy without rows, so what it does to the schema is not known: %s: %s' % (type(e).__name__, first_line(e)))
            else:
                rehearsal.note('what its Python code does with rows is not looked at')
        MigrationExecutor.apply_migration, RunPython.database_forwards = applied, python
        try:
            yield
        finally:
            MigrationExecutor.apply_migration, RunPython.database_forwards = apply, forwards

    def statement(self, execute, sql, params, many, context):
        """Leaves out what acts on more than this database."""
        if re.match(r'(?is)\s*(?:alter|create|drop|comment\s+on|security\s+label)\s+(?:database|role|user|group|tablespace|system|subscription|event\s+trigger)\b|\s*(?:reassign|notify)\b', str(sql)) \
                and not re.match(r'(?is)\s*\w+\s+user\s+mapping', str(sql)):
            self.note('a statement that acts on more than a database is not rehearsed: %s' % first_line(sql))
            return None
        return execute(sql, params, many, context)

    def note(self, why):
        if len(self.notes) < 100:
            self.notes.append({'level': 'note', 'kind': 'rehearsal', 'migration': self.at, 'table': '', 'column': '', 'why': why, 'split': ''})

    def look(self, connection):
        """What the gate finds with the schema as it is."""
        self.last = set()
        for one in judged(connection, self.live['models'], self.before):
            self.found.setdefault(one.key(), dict(one.plain(), migration=self.at))
            self.last.add(one.key())

    def result(self):
        """All that was found; what a later migration has mended broke old code for a while."""
        for key, one in self.found.items():
            if key not in self.last:
                one['why'] += ', for as long as the next migrations have not mended it'
        return [one for key, one in self.found.items() if one['level'] == 'break' or key in self.last] + self.notes


@contextlib.contextmanager
def only(database):
    """Leads Django to a scratch database, whichever alias has the live one, and refuses it all others."""
    from django.db import connections
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.utils import OperationalError
    connect = BaseDatabaseWrapper.connect
    own = place(connections['default'].settings_dict)
    for connection in [connections[alias] for alias in connections]:
        connection.close()
        if hasattr(connection, 'close_pool'):
            connection.close_pool()
        if place(connection.settings_dict) == own:
            connection.settings_dict['NAME'] = database

    def connected(connection):
        if connection.settings_dict.get('NAME') != database:
            raise OperationalError('database %s is not there in a rehearsal' % connection.alias)
        return connect(connection)
    BaseDatabaseWrapper.connect = connected
    try:
        yield
    finally:
        BaseDatabaseWrapper.connect = connect


def place(settings):
    return tuple(str(settings.get(key) or '') for key in ('ENGINE', 'NAME', 'HOST', 'PORT'))


def unlike(live, copy):
    """How the copy differs from the live schema where live code reads and writes; '' where it does not."""
    for quoted in sorted(live['models']['tables']):
        (_, old), (_, new) = djship_gate.find(live['catalogue'], quoted), djship_gate.find(copy, quoted)
        if old is None and new is None:
            continue
        if old is None or new is None:
            return 'table %s is %s' % (quoted, 'missing' if new is None else 'live no more')
        for part in ('columns', 'checks', 'foreign', 'exclusions', 'indexes', 'triggers'):
            mine, theirs = (dict((name, dict((k, v) for k, v in one.items() if k not in ('number', 'to', 'valid', 'made'))) for name, one in t[part].items()) for t in (old, new))
            mine = dict((name, one) for name, one in mine.items() if name in theirs or old[part][name].get('valid', True))
            if mine != theirs:
                return '%s of %s: %s' % (part, quoted, ', '.join(sorted(n for n in set(mine) | set(theirs) if mine.get(n) != theirs.get(n))[:5]))
    return ''


def judged(connection, models, before, now=None):
    """What the gate finds for models in a connection's database as it is, which was otherwise before."""
    now = now or djship_catalogue.plain(djship_catalogue.catalogue(connection))

    def holds(oid, expression, unknown, alone):
        return djship_catalogue.holds(connection, now['tables'][oid], expression, unknown, alone)
    return djship_gate.gate(models, before, now, holds)


def first_line(text):
    return (str(text).strip().splitlines() or [''])[0][:300]


def again(schema, own=False):
    """What a release would meet in its database as it is, by what was noted when another migrated in its place: how the schema was, and, unless it is the release's own
    code that asks, its models."""
    from django.db import connection
    if connection.vendor != 'postgresql':
        raise Elsewhere('it has no PostgreSQL, but %s' % connection.vendor)
    with open(schema) as file:
        live = json.load(file)
    return [dict(one.plain(), migration='') for one in judged(connection, djship_models.models(connection) if own else live['models'], live['catalogue'])]


def tell(out, word, *texts):
    """A line that begins with a word of djship's: plain text, without what a terminal obeys."""
    text = ' '.join(str(t) for t in texts if t)
    out.write(('%s %s' % (word, ''.join(c if c.isprintable() else ' ' for c in text)[:1500])).rstrip() + '\n')


def tell_all(out, found):
    for one in found:
        place = one['table'] + ('.' + one['column'] if one['column'] else '')
        tell(out, one['level'], '%s: %s' % (one['migration'] or 'migrate', place), one['why'])
        if one['split']:
            tell(out, 'split', one['split'])


def tell_times(out, rehearsal):
    """How long it all took, where there was data: so long it will take."""
    if rehearsal.data:
        tell(out, 'took', 'a copy of the data was made in %.1f s' % rehearsal.copied)
        for sentence in rehearsal.clock.told():
            tell(out, 'took', sentence)


def migrate():
    """Runs migrate as a push does, which keeps defaults of columns that live code does not know, and leaves what only removes for later."""
    from django.core.management import call_command
    from django.db import connections
    connection = connections['default']
    djship_placeholder.remove(connection)
    djship_defaults.hook(connection, lambda text: None)
    djship_later.hook(connection)
    call_command('migrate', interactive=False, verbosity=0, skip_checks=True)


def main():
    """One part, as the environment says; what comes of it is told on file 3: lines break, split, note, took, refused, unsure, skip, failed, says, done."""
    out = os.fdopen(os.dup(3), 'w', encoding='utf-8', errors='replace')
    os.close(3)
    folder, database, own, schema, data = (os.environ.get('DJSHIP_REHEARSAL_' + name, '') for name in ('FOLDER', 'DATABASE', 'OWN', 'SCHEMA', 'DATA'))
    rehearsal = None
    try:
        if own:
            look(folder, own)
        elif schema:
            tell_all(out, again(schema, own=True))
        else:
            rehearsal = Rehearsal(folder, database, data)
            if rehearsal.live['unused']:  # the way back leads to the placeholder's page, whatever becomes of its tables
                os.remove(os.path.join(folder, 'live.json'))
            else:
                found = rehearsal.run(migrate)
                tell_all(out, found)
                tell_times(out, rehearsal)
                with open(os.path.join(folder, 'found.json'), 'w') as file:
                    file.write(''.join(json.dumps(one) + '\n' for one in found))
        tell(out, 'done')
    except Refused as e:
        tell(out, 'refused', e)
    except Elsewhere as e:
        tell(out, 'skip', e)
    except djship_copied.Unsure as e:
        tell(out, 'unsure', e)
    except Exception as e:
        tell(out, 'failed' if rehearsal is not None and rehearsal.at else 'unsure', rehearsal.at if rehearsal is not None else '', '%s: %s' % (type(e).__name__, first_line(e)))
        for line in traceback.format_exc().splitlines()[-8:]:
            tell(out, 'says', line)
    out.close()
