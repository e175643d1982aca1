"""Takes migrations back to a state that was noted before them, by their own code, and puts back what was kept of the data that they had destroyed: in one transaction, or not at all. It runs in the release that has
them, for djship_migrating.py; who is to be live then must be able to go on with the schema that comes out, else nothing of it stays."""
import copy
import gzip
import json
import os
import sys

import djship_catalogue
import djship_keep
import djship_models
import djship_rehearse


FOREIGN = """select k.confrelid::pg_catalog.regclass::pg_catalog.text,
    array(select a.attname::pg_catalog.text from pg_catalog.unnest(k.conkey) with ordinality u(n, place) join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by u.place),
    array(select a.attname::pg_catalog.text from pg_catalog.unnest(k.confkey) with ordinality u(n, place) join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by u.place)
from pg_catalog.pg_constraint k where k.contype = 'f' and k.conrelid = pg_catalog.to_regclass(%s)"""


class Refused(Exception):
    """Why nothing is taken back."""


class Kept(object):
    """Data that was kept, in a table of this session's: what of, and the table's name."""

    def __init__(self, number, entry):
        self.entry, self.table = entry, 'djship_kept_%d' % number
        self.migration, self.kind, self.of, self.column = (entry[word] for word in ('migration', 'kind', 'table', 'column'))
        self.what = '%s.%s' % (self.of, self.column) if self.column else self.of

    def named(self):
        return self.migration, self.kind, self.of, self.column


def quoted(name):
    return '"%s"' % name.replace('"', '""')


class Back(object):
    def __init__(self, connection, out):
        from django.db.migrations.executor import MigrationExecutor
        self.connection, self.out = connection, out
        self.executor = MigrationExecutor(connection)
        self.kept, self.at, self.loose, self.restored = [], '', {}, []
        self.last = {}  # of migrations, the record by which each was applied or taken back last, and which of the two

    def sql(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else cursor.rowcount

    def then(self, record, to):
        """The migrations that the release to had, by the record that is the first since. What it has applied itself since then, as what it only removes, is its own. Notes of which record each was applied or taken back last."""
        folder, first = os.path.split(record)
        before = set()
        for name in sorted(os.listdir(folder)):
            if name < first:
                continue
            with open(os.path.join(folder, name)) as file:
                words = file.read().splitlines()
            if name == first:
                before = set(word[len('before '):] for word in words if word.startswith('before '))
                if not before or 'counted %d' % len(before) not in words:
                    raise Refused('which migrations were applied before is not noted whole: %s' % record)
            for word, _, migration in (line.partition(' ') for line in words):
                if word in ('applied', 'reversed'):
                    self.last[migration] = name, word
                if word == 'applied' and name.partition('-')[2] == to:
                    before.add(migration)
        return before

    def find(self, record, to):
        """The migrations that were applied since a release was live, in order, and the state of models before them."""
        executor, graph = self.executor, self.executor.loader.graph
        before = self.then(record, to)
        applied = set(key[:2] for key in executor.loader.applied_migrations)
        names = set('%s.%s' % key for key in applied)
        for key, migration in executor.loader.graph.nodes.items():
            replaced = set('%s.%s' % one for one in migration.replaces)
            if replaced and replaced <= before:  # Django notes a squashed one as applied where all that it replaces are
                before.add('%s.%s' % key)
        lacks = sorted(name for name in before - names if not any('%s.%s' % one == name for migration in graph.nodes.values() for one in migration.replaces))
        lacks = [name for name in lacks if not self.newer(name, to)]
        if lacks:
            raise Refused('release %s wants %s, as the database had it then, and that is not applied any more: only a push of that release migrates it' % (to, ', '.join(lacks)))
        since = set(key for key in applied if '%s.%s' % key not in before)
        full = [migration for migration, _ in executor.migration_plan(graph.leaf_nodes(), clean_start=True)]
        wanted = [migration for migration in full if (migration.app_label, migration.name) in since]
        known = set(key for migration in wanted for key in [(migration.app_label, migration.name)] + list(migration.replaces))
        if since - known:
            raise Refused('the live release has no migration %s, which was applied since: only the code that has it can take it back' % ', '.join(sorted('%s.%s' % key for key in since - known)))
        state = executor._create_project_state(with_applied_migrations=False)
        for migration in full:
            key = (migration.app_label, migration.name)
            if key in applied and key not in known:
                state = migration.mutate_state(state, preserve=False)
        return wanted, state

    def newer(self, name, to):
        """Whether it is seen that the code of the release to knows nothing of a migration: another host that has the database has migrated it since that was live, and may have taken it back already."""
        migration = self.executor.loader.graph.nodes.get(tuple(name.split('.', 1)))
        path = os.path.realpath(sys.modules[type(migration).__module__].__file__) if migration else ''
        own, _, inside = path.partition('/%s/' % os.environ.get('DJSHIP_RELEASE'))
        there = os.path.join(own, to, inside)
        return bool(inside) and os.path.isdir(os.path.dirname(there)) and not os.path.exists(there)

    def gone(self):
        """Migrations that are noted as applied, and are not: a way back was cut off before it was noted, or a person has taken them back."""
        applied = set('%s.%s' % key[:2] for key in self.executor.loader.applied_migrations)
        return sorted(name for name, (_, word) in self.last.items() if word == 'applied' and name not in applied)

    def refuse(self, wanted):
        """Refuses what can't be taken back as a whole."""
        for migration in wanted:
            name = '%s.%s' % (migration.app_label, migration.name)
            for operation in migration.operations:
                if not operation.reversible:
                    raise Refused("%s can't be taken back: %s" % (name, operation.describe()))
            if not migration.atomic:
                raise Refused('%s is not atomic, so that a part of it could stay: take it back by hand' % name)

    def load(self, file, expected):
        """Reads what was kept, the newest first, and puts what is needed into tables of the session's. What was kept before a migration was taken back, and applied once more, is not what it has destroyed."""
        packed, numbers, record = gzip.GzipFile(fileobj=os.fdopen(file, 'rb')), 0, ''
        for line in packed:
            entry = json.loads(line.decode())
            if 'record' in entry:
                record = entry['record']
                continue
            pieces, one = iter(lambda: packed.read(int(packed.readline())), b''), Kept(numbers, entry)
            if one.named() not in expected or record < self.last.get(one.migration, ('',))[0] or any(other.named() == one.named() for other in self.kept):
                for _ in pieces:
                    pass
                continue
            numbers += 1
            self.sql('create temporary table %s (%s) on commit drop' % (one.table, ', '.join('%s %s' % (quoted(name), kind) for name, kind in entry['columns'])))
            self.copy_in('COPY pg_temp.%s FROM STDIN' % one.table, pieces)
            if entry['key']:
                self.sql('create index on pg_temp.%s (%s)' % (one.table, ', '.join(quoted(name) for name in entry['key'])))
            self.sql('analyze pg_temp.%s' % one.table)
            self.kept.append(one)

    def copy_in(self, statement, pieces):
        with self.connection.cursor() as cursor:
            own = cursor.cursor
            if hasattr(own, 'copy_expert'):  # psycopg2
                own.copy_expert(statement, Reader(pieces))
            else:
                with own.copy(statement) as to:
                    for piece in pieces:
                        to.write(piece)

    def table(self, one):
        return self.connection.ops.quote_name(one.of)

    def same_rows(self, one, alias='t'):
        """SQL by which a row of a table is the one that was kept, by the primary key as it is called by now."""
        key = [row[0] for row in self.sql(djship_keep.KEY, self.table(one))]
        if len(key) != len(one.entry['key']):
            raise Refused('the rows of %s have another key than when data of theirs was kept' % one.of)
        return ' and '.join('%s.%s = k.%s' % (alias, quoted(now), quoted(then)) for now, then in zip(key, one.entry['key']))

    def hook(self):
        """Has Django come by here before and behind each migration, and where it adds a column that is to have what was kept."""
        from django.db.backends.base.schema import BaseDatabaseSchemaEditor
        from django.db.migrations.executor import MigrationExecutor
        unapply, add, back = MigrationExecutor.unapply_migration, BaseDatabaseSchemaEditor.add_field, self

        def unapplied(executor, state, migration, *args, **kwargs):
            back.at = '%s.%s' % (migration.app_label, migration.name)
            mine = [one for one in back.kept if one.migration == back.at]
            for one in mine:
                if one.kind == 'type':
                    back.mark(one)
            result = unapply(executor, state, migration, *args, **kwargs)
            back.fill(mine)
            return result

        def add_field(editor, model, field):
            mine = [one for one in back.kept if one.migration == back.at and (one.kind, one.of, one.column) == ('column', model._meta.db_table, field.column)]
            if editor.connection is not back.connection or editor.collect_sql or not mine or field.null:
                return add(editor, model, field)
            back.loose[mine[0].named()] = field.unique, editor.effective_default(field)
            return add(editor, model, may_be_empty(field))
        MigrationExecutor.unapply_migration, BaseDatabaseSchemaEditor.add_field = unapplied, add_field

    def mark(self, one):
        """Notes which rows have what the migration has made of what was kept: what was changed since stays."""
        kinds = dict(self.sql(djship_keep.COLUMNS, self.table(one)))
        if one.column not in kinds:
            raise Refused('%s is not there any more' % one.what)
        self.sql('alter table pg_temp.%s add column djship_same boolean' % one.table)
        self.sql('update pg_temp.%s k set djship_same = true from %s t where %s and t.%s is not distinct from k.%s::%s' % (
            one.table, self.table(one), self.same_rows(one), quoted(one.column), quoted(one.column), kinds[one.column]))

    def fill(self, mine):
        """Puts back what was kept of a migration's data."""
        self.sql('set constraints all deferred')
        for one in mine:
            if one.kind == 'table':
                self.fill_table(one)
            else:
                self.fill_column(one)
            self.restored.append(one.what)
        self.prune([one for one in mine if one.kind == 'table'])
        self.sql('set constraints all immediate')
        for one in mine:
            if one.named() in self.loose:
                self.tighten(one, *self.loose[one.named()])

    def fill_table(self, one):
        there = [name for name, _ in self.sql(djship_keep.COLUMNS, self.table(one))]
        names = ', '.join(quoted(name) for name, _ in one.entry['columns'] if name in there)
        self.sql('insert into %s (%s) select %s from pg_temp.%s on conflict do nothing' % (self.table(one), names, names, one.table))
        for name in there:
            sequence = self.sql('select pg_catalog.pg_get_serial_sequence(%s, %s)', self.table(one), name)[0][0]
            if sequence:
                self.sql('select pg_catalog.setval(%%s, max(%s)) from %s having max(%s) > 0' % (quoted(name), self.table(one), quoted(name)), sequence)

    def prune(self, tables):
        """Takes rows out again that belong to what was deleted since, as they would have been deleted with it."""
        gone = dict((one.of, 0) for one in tables)
        while True:
            before = sum(gone.values())
            for one in tables:
                for other, columns, keys in self.sql(FOREIGN, self.table(one)):
                    same = ' and '.join('o.%s = t.%s' % (quoted(key), quoted(column)) for column, key in zip(columns, keys))
                    there = ' and '.join('t.%s is not null' % quoted(column) for column in columns)
                    gone[one.of] += self.sql('delete from %s t where %s and not exists (select from %s o where %s)' % (self.table(one), there, other, same))
            if sum(gone.values()) == before:
                break
        for table in sorted(gone):
            if gone[table]:
                print('notice: %d rows of %s are left out: what they belong to was deleted since' % (gone[table], table))

    def fill_column(self, one):
        column = quoted(one.column)
        same = ' and k.djship_same' if one.kind == 'type' else ''
        self.sql('update %s t set %s = k.%s from pg_temp.%s k where %s and t.%s is distinct from k.%s%s' % (self.table(one), column, column, one.table, self.same_rows(one), column, column, same))

    def tighten(self, one, unique, default):
        """Gives rows that were made since the default that the field has, and the column its NOT NULL."""
        table, column = self.table(one), quoted(one.column)
        empty = self.sql('select count(*) from %s where %s is null' % (table, column))[0][0]
        if empty and (default is None or unique and empty > 1):
            raise Refused('%d rows of %s have nothing for %s, which must have a value: they were made since, or what they had there was deleted since' % (empty, one.of, one.column))
        if empty:
            self.sql('update %s set %s = %%s where %s is null' % (table, column, column), default)
        self.sql('alter table %s alter column %s set not null' % (table, column))


def may_be_empty(field):
    """The field, as rows have it before they get what was kept."""
    loose = copy.copy(field)
    loose.null = True
    loose.__dict__.pop('_get_default', None)
    if field.unique:
        from django.db.models import NOT_PROVIDED
        loose.default = NOT_PROVIDED
    return loose


class Reader(object):
    """A file of pieces, for psycopg2."""

    def __init__(self, pieces):
        self.pieces, self.rest = pieces, b''

    def read(self, size=8192):
        while len(self.rest) < size:
            piece = next(self.pieces, b'')
            if not piece:
                break
            self.rest += piece
        text, self.rest = self.rest[:size], self.rest[size:]
        return text


def needs(connection):
    """What this release needs of the database, for the way back to it."""
    return json.dumps({'catalogue': djship_catalogue.catalogue(connection), 'models': djship_models.models(connection), 'unused': False})


def fits(schema):
    """Refuses a schema that who is to be live can't go on with; schema is the file that has what that needs."""
    found = [one for one in djship_rehearse.again(schema) if one['level'] == 'break'] if schema else []
    if found:
        raise Refused('the older release could not go on with what comes out: %s' % '; '.join('%s %s' % (one['table'] + ('.' + one['column'] if one['column'] else ''), one['why']) for one in found[:5]))


def back(migrating, options):
    """Takes back what was applied since the state in options['record']; the data is read from the file options['kept']. options['allow'] goes on without what was not kept."""
    from django.core.management.sql import emit_pre_migrate_signal
    from django.db import transaction
    connection, out = migrating.connection, migrating.out
    self = Back(connection, out)
    try:
        if connection.vendor != 'postgresql':
            raise Refused('the database is not PostgreSQL')
        wanted, state = self.find(options['record'], options['to'])
        djship_keep.state_before(self.executor, out)
        out.say(*['reversed ' + name for name in self.gone()])
        if not wanted:
            print('nothing is to be taken back')
            return
        self.refuse(wanted)
        names = ['%s.%s' % (migration.app_label, migration.name) for migration in wanted]
        migrating.wire.say(back=names)
        expected = djship_keep.entries(connection, state.clone(), wanted)
        migrating.keep_found(djship_keep.added(connection, state, wanted), False, needs(connection))
        with transaction.atomic(using=connection.alias):
            self.load(options['kept'], expected)
            missing = [one for one in expected if one not in [k.named() for k in self.kept]]
            if missing and not options['allow']:
                raise Refused('what these migrations have destroyed was not kept on this host: %s. --allow-break takes them back without' % ', '.join('%s.%s' % one[2:] if one[3] else one[2] for one in missing))
            self.hook()
            plan = [(migration, True) for migration in reversed(wanted)]
            apps = self.executor._create_project_state(with_applied_migrations=True).apps
            emit_pre_migrate_signal(0, False, connection.alias, apps=apps, plan=plan)  # by which content types follow where a model gets its old name again
            self.executor.migrate([], plan=plan)
            fits(options['schema'])
        out.say(*['reversed ' + name for name in reversed(names)])
        print('notice: taken back: %s' % ', '.join(reversed(names)))
        if self.restored:
            print('notice: put back is what was kept of %s' % ', '.join(self.restored))
    except Refused as error:
        print('nothing was taken back: %s' % error)
        raise SystemExit(73)
