"""What pending migrations would do to a release's database: their SQL, what can't be undone, what is destroyed, which locks are taken on what. It changes nothing: its
session may only read, and Python code of a migration is not run. Said are lines "plan KIND TEXT", behind the line of each migration."""
import re
import time

import djship_defaults

LIMIT = 10  # seconds for all of them
STATEMENTS = 40  # of a migration
PATIENCE = 2000  # milliseconds to count rows
NAME = r'((?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+))?)'
CHANGES_ROWS = re.compile(r'\b(DROP\s+TABLE|DROP\s+COLUMN|DELETE\s+FROM|TRUNCATE|UPDATE\s+\S+\s+SET)\b', re.I)
REMOVED = 'is removed'
ALL, WRITES, NOBODY = 'ACCESS EXCLUSIVE', 'SHARE', 'SHARE UPDATE EXCLUSIVE'
STRONGER = ('ROW EXCLUSIVE', NOBODY, WRITES, 'SHARE ROW EXCLUSIVE', ALL)
READ, REWRITTEN = 'read whole', 'written anew, perhaps'
LOCKS = [(re.compile(r'\s*' + text.replace('NAME', NAME), re.I | re.S), mode, whole) for text, mode, whole in (
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME VALIDATE CONSTRAINT', NOBODY, READ),
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME ADD CONSTRAINT \S+ FOREIGN KEY(?!.*NOT VALID)', 'SHARE ROW EXCLUSIVE', READ),
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME ADD CONSTRAINT \S+ FOREIGN KEY', 'SHARE ROW EXCLUSIVE', ''),
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME .*\bTYPE\b', ALL, REWRITTEN),
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME .*\bSET NOT NULL\b', ALL, READ),
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME ADD CONSTRAINT (?!.*(?:NOT VALID|USING INDEX))', ALL, READ),
    (r'ALTER TABLE (?:IF EXISTS )?(?:ONLY )?NAME', ALL, ''),
    (r'CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?\S+ ON (?:ONLY )?NAME', NOBODY, READ),
    (r'CREATE (?:UNIQUE )?INDEX (?:IF NOT EXISTS )?\S+ ON (?:ONLY )?NAME', WRITES, READ),
    (r'DROP INDEX (?!CONCURRENTLY)(?:IF EXISTS )?NAME', ALL, ''),
    (r'DROP TABLE (?:IF EXISTS )?NAME', ALL, ''),
    (r'TRUNCATE (?:TABLE )?(?:ONLY )?NAME', ALL, ''),
    (r'(?:UPDATE|DELETE FROM|INSERT INTO) (?:ONLY )?NAME', 'ROW EXCLUSIVE', ''))]
DROP_TABLE = re.compile(r'\s*DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?%s\s*(?:CASCADE|RESTRICT)?\s*$' % NAME, re.I)
ALTER_TABLE = re.compile(r'\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?%s\s' % NAME, re.I)
DROP_COLUMN = re.compile(r'\bDROP\s+COLUMN\s+(?:IF\s+EXISTS\s+)?%s' % NAME, re.I)
REFERS = re.compile(r'\bREFERENCES ' + NAME, re.I)
DEFAULT = re.compile(r'ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT;?\s*$' % (NAME, NAME))


def locked(statement):
    """What a statement locks, as SQL names it: (table, mode, whether all of it is gone through) for each. Of an index that is dropped it is the index that is named."""
    for shape, mode, whole in LOCKS:
        match = shape.match(statement)
        if match:
            return [(match.group(1), mode, whole)] + [(name, 'SHARE ROW EXCLUSIVE', '') for name in REFERS.findall(statement) if name != match.group(1)]
    return []


def python(operation):
    """Whether an operation is code that can't be shown."""
    if not getattr(operation, 'reduces_to_sql', True) or not type(operation).__module__.startswith('django.'):
        return True
    return any(python(inner) for inner in getattr(operation, 'database_operations', ()))


def flat(operations):
    for operation in operations:
        if hasattr(operation, 'database_operations'):
            for inner in flat(operation.database_operations):
                yield inner
        else:
            yield operation


class Migration(object):
    """One migration of a plan, as it is looked at."""

    def __init__(self, connection, migration, state):
        self.connection, self.migration, self.state = connection, migration, state
        self.sql, self.code, self.irreversible, self.tables, self.columns, self.other, self.left = [], False, [], [], [], [], []

    def look(self):
        """Goes through the operations, as sqlmigrate does; returns the state behind them."""
        migration, label = self.migration, self.migration.app_label
        with self.connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            for operation in migration.operations:
                before = self.state.clone()
                operation.state_forwards(label, self.state)
                for inner in flat([operation]):
                    self.destroyed(inner, label, before, self.state)
                    if not inner.reversible:
                        self.irreversible.append(inner.describe())
                if python(operation):
                    self.code = True
                    editor.collected_sql.append('-- Python code, can\'t be shown: ' + operation.describe())
                else:
                    operation.database_forwards(label, editor, before, self.state)
        self.sql = [' '.join(str(statement).split()) for statement in editor.collected_sql]
        self.sql = [s for s in self.sql if s not in ('--', '')]
        return self.state

    def destroyed(self, operation, label, before, after):
        from django.db.migrations import operations as known
        if isinstance(operation, known.DeleteModel):
            model = before.apps.get_model(label, operation.name)
            if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
                self.tables.append(model._meta.db_table)
        elif isinstance(operation, known.RemoveField):
            self.gone(before.apps.get_model(label, operation.model_name), operation.name)
        elif isinstance(operation, known.AlterField):
            old, new = (state.apps.get_model(label, operation.model_name)._meta for state in (before, after))
            if djship_defaults.stays(old.get_field(operation.name), new.get_field(operation.name)):
                self.left.append(tuple(self.connection.ops.quote_name(name) for name in (new.db_table, new.get_field(operation.name).column)))
            kinds = [meta.get_field(operation.name).db_parameters(self.connection)['type'] for meta in (old, new)]
            if old.managed and kinds[0] != kinds[1] and kinds[0] and not widened(*kinds):
                self.columns.append((old.db_table, old.get_field(operation.name).column, 'is turned from %s into %s' % tuple(kinds)))
        elif isinstance(operation, known.RunSQL) and CHANGES_ROWS.search(str(operation.sql)):
            self.other.append('SQL of its own changes or removes rows: ' + CHANGES_ROWS.search(str(operation.sql)).group(0))
            for table, column in dropped(operation.sql):
                if column:
                    self.columns.append((table, column, REMOVED))
                else:
                    self.tables.append(table)

    def gone(self, model, name):
        field = model._meta.get_field(name)
        if not model._meta.managed or getattr(field, 'generated', False):
            return
        if field.many_to_many and field.remote_field.through._meta.auto_created:
            self.tables.append(field.remote_field.through._meta.db_table)
        elif field.column:
            self.columns.append((model._meta.db_table, field.column, REMOVED))

    def locks(self):
        """The strongest lock on each table, and whether all of it is gone through."""
        found = {}
        for statement in self.sql:
            for table, mode, whole in locked(statement):
                table = of_index(self.connection, table) if statement[:10].upper() == 'DROP INDEX' else table
                name, strongest, most = found.get(table.replace('"', ''), (table, 'ROW EXCLUSIVE', ''))
                found[table.replace('"', '')] = (name, max(strongest, mode, key=STRONGER.index), max(most, whole, key=('', READ, REWRITTEN).index))
        return found

    def keeps(self, statement):
        """Whether a statement takes a default away that a push leaves in place."""
        default = DEFAULT.match(statement)
        return default and (default.groups() in self.left or any('ADD COLUMN %s ' % default.group(2) in s and 'NOT NULL' in s for s in self.sql))

    def tell(self, say):
        for statement in self.sql[:STATEMENTS]:
            say('plan sql', '-- left in place: ' + statement if self.keeps(statement) else statement)
        if len(self.sql) > STATEMENTS:
            say('plan sql', '-- and %d statements more' % (len(self.sql) - STATEMENTS))
        if self.code:
            say('plan python')
        if not self.migration.atomic:
            say('plan parts')
        for text in self.irreversible:
            say('plan irreversible', text)
        for table in self.tables:
            rows, size, about = measured(self.connection, table)
            if rows is not None:
                say('plan destroys', rows, size, about, 'table %s' % table)
        for table, column, what in self.columns:
            rows, size, about = measured(self.connection, table, column)
            if rows is not None:
                say('plan destroys', rows, size, about, 'column %s.%s %s' % (table, column, what))
        for text in self.other:
            say('plan changes', text)
        for table, (name, mode, whole) in sorted(self.locks().items()):
            rows, size = extent(self.connection, name)
            if rows is not None and rows < 0:  # nobody has estimated them yet
                rows = counted(self.connection, name)
            if rows is not None:
                say('plan locks', max(0, rows), size, mode, table, whole)


def dropped(sql):
    """What SQL drops, as far as it is written plainly: (table, column), or (table, '')."""
    texts = [sql] if isinstance(sql, str) else [one if isinstance(one, str) else one[0] for one in sql]
    for statement in ';'.join(texts).split(';'):
        table = DROP_TABLE.match(statement) or ALTER_TABLE.match(statement)
        name = unquoted(table.group(1)) if table else ''
        if name and table.re is DROP_TABLE:
            yield name, ''
        elif name:
            for column in DROP_COLUMN.finditer(statement):
                yield name, unquoted(column.group(1))


def unquoted(name):
    """A name of SQL as the catalogue has it; '' for one in a schema."""
    return name[1:-1].replace('""', '"') if re.match(r'"(?:[^"]|"")+"$', name) else '' if '"' in name or '.' in name else name.lower()


def widened(old, new):
    """Whether each value of a type is one of the other, as it is."""
    sized = [re.match(r'(varchar|character varying)\((\d+)\)$', kind) for kind in (old, new)]
    whole = ('smallint', 'integer', 'bigint')
    if old in whole and new in whole:
        return whole.index(old) <= whole.index(new)
    return bool(sized[0] and (new == 'text' or sized[1] and int(sized[0].group(2)) <= int(sized[1].group(2))))


def extent(connection, name):
    """Rows, as PostgreSQL has estimated them, and bytes of a table, which is named as in SQL; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute('select c.reltuples::pg_catalog.int8, pg_catalog.pg_total_relation_size(c.oid) from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass(%s)', (name,))
        return cursor.fetchone() or (None, 0)


def counted(connection, name):
    """Rows of a table, where they are counted soon; else 0."""
    from django.db import Error
    try:
        with connection.cursor() as cursor:
            cursor.execute('select count(*) from ' + name)
            return cursor.fetchone()[0]
    except Error:
        return 0


def of_index(connection, name):
    """The table of an index, both named as in SQL; the index where there is none."""
    with connection.cursor() as cursor:
        cursor.execute('select i.indrelid::pg_catalog.regclass::pg_catalog.text from pg_catalog.pg_index i where i.indexrelid = pg_catalog.to_regclass(%s)', (name,))
        return (cursor.fetchone() or (name,))[0]


def measured(connection, table, column=None):
    """Rows and bytes of a table, or those of a column that have a value: counted, or "about" as PostgreSQL has estimated them. None where there is none."""
    from django.db import Error
    quote = connection.ops.quote_name
    rows, size = extent(connection, quote(table))
    if rows is None:
        return None, 0, ''
    try:
        with connection.cursor() as cursor:
            if column:
                cursor.execute('select count({0}), coalesce(sum(pg_catalog.pg_column_size({0})), 0) from {1}'.format(quote(column), quote(table)))
            else:
                cursor.execute('select count(*), %d from %s' % (size, quote(table)))
            counted = cursor.fetchone()
            return counted[0], counted[1], ''
    except Error:
        return max(0, rows), size, 'about'


def tell(executor, plan, connection, say):
    """Says of each migration of a plan what it would do, as far as there is time."""
    end = time.time() + LIMIT
    names = ['%s.%s' % (migration.app_label, migration.name) for migration, _ in plan]
    if connection.vendor != 'postgresql' or not executor.loader.applied_migrations:
        return [say('pending', name) for name in names]
    with connection.cursor() as cursor:
        cursor.execute("select pg_catalog.set_config('default_transaction_read_only', 'on', false), pg_catalog.set_config('lock_timeout', '1s', false), pg_catalog.set_config('statement_timeout', %s, false)", (str(PATIENCE),))
    state = executor._create_project_state(with_applied_migrations=True)
    for (migration, _), name in zip(plan, names):
        say('pending', name)
        if time.time() > end or state is None:
            say('plan unknown', 'it was not looked at: %s' % ('those before it took too long' if state else 'what is before it can\'t be shown'))
            continue
        looked = Migration(connection, migration, state)
        try:
            state = looked.look()
            looked.tell(say)
        except Exception as error:
            state = None
            say('plan unknown', 'what it does can\'t be shown: %s: %s' % (type(error).__name__, error))
