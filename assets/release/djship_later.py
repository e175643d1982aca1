"""Which pending migrations wait until all hosts have switched: those that only remove columns and tables, on which no other pending one depends, so that the release that is live goes on with these until then. What the new
release leaves out gets a default before, or loses its NOT NULL, so that it can add rows; and what it deletes takes along what it does not know of."""
import re

import djship_defaults
import djship_plan

THERE = """select a.attnotnull and not a.atthasdef and a.attidentity = '', exists (select from pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indisunique and a.attnum = any (i.indkey)),
    exists (select from pg_catalog.pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any (i.indkey))
from pg_catalog.pg_attribute a where a.attrelid = pg_catalog.to_regclass(%s) and a.attname = %s and not a.attisdropped"""
FOREIGN = """select k.conname::pg_catalog.text, pg_catalog.pg_get_constraintdef(k.oid) from pg_catalog.pg_constraint k where k.contype = 'f' and k.confdeltype = 'a' and k.conrelid = pg_catalog.to_regclass(%s)
and (%s = '' or (select a.attnum from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attname = %s) = any (k.conkey))"""


def rows(connection, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


class Removed(object):
    """A table, or a column of one with its field, that a migration takes away."""

    def __init__(self, table, column='', field=None):
        self.table, self.column, self.field = table, column, field

    def there(self, connection):
        """Whether it is there, and may stay for a while where nobody gives it values."""
        quoted = connection.ops.quote_name(self.table)
        if not self.column:
            return bool(rows(connection, 'select 1 from pg_catalog.pg_class where oid = pg_catalog.to_regclass(%s)', quoted))
        found = rows(connection, THERE, quoted, self.column)
        return bool(found) and not found[0][2]


def removed(migration, state):
    """What a migration of only_removes takes away; its state becomes the one behind it."""
    from django.db.migrations import operations as known
    found, label = [], migration.app_label
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(label, state)
        for one in djship_plan.flat([operation]):
            if isinstance(one, known.DeleteModel):
                meta = before.apps.get_model(label, one.name)._meta
                found += [Removed(table) for table in [meta.db_table] + [f.remote_field.through._meta.db_table for f in meta.local_many_to_many if f.remote_field.through._meta.auto_created]
                          if meta.managed and not meta.proxy and not meta.swapped]
            elif isinstance(one, known.RemoveField):
                model = before.apps.get_model(label, one.model_name)
                field = model._meta.get_field(one.name)
                if not model._meta.managed:
                    continue
                if field.many_to_many and field.remote_field.through._meta.auto_created:
                    found.append(Removed(field.remote_field.through._meta.db_table))
                elif field.column:
                    found.append(Removed(model._meta.db_table, field.column, field))
    return found


def only_removes(migration):
    from django.db.migrations import operations as known
    inner = list(djship_plan.flat(migration.operations))
    return bool(inner) and migration.atomic and not migration.replaces and all(type(one) in (known.DeleteModel, known.RemoveField) for one in inner)


def waiting(executor, plan):
    """Those of a plan that wait, in order: (migration, what it removes)."""
    if not executor.loader.applied_migrations or executor.connection.vendor != 'postgresql':
        return []
    graph, late = executor.loader.graph, set()
    pending = set((migration.app_label, migration.name) for migration, _ in plan)
    for migration, _ in reversed(plan):
        key = (migration.app_label, migration.name)
        children = set(node.key for node in graph.node_map[key].children)
        if only_removes(migration) and children & pending <= late:
            late.add(key)
    if not late:
        return []
    state, found = executor._create_project_state(with_applied_migrations=True), []
    for migration, _ in plan:
        key = (migration.app_label, migration.name)
        if key not in late:
            state = migration.mutate_state(state, preserve=False)
            continue
        what = removed(migration, state)
        if what and all(one.there(executor.connection) for one in what):
            found.append((migration, what))
        else:  # it is of something that these migrations make
            late -= ancestors(graph, key, pending) | {key}
    return [one for one in found if (one[0].app_label, one[0].name) in late]


def ancestors(graph, key, pending):
    """The pending migrations that one needs."""
    found, rest = set(), [key]
    while rest:
        more = [node.key for node in graph.node_map[rest.pop()].parents if node.key in pending and node.key not in found]
        found.update(more)
        rest += more
    return found


def loosen(connection, late):
    """Has code that does not know what waiting migrations remove go on with it being there."""
    from django.db import transaction
    with transaction.atomic(using=connection.alias):
        for _, what in late:
            for one in what:
                if one.column:
                    loosen_column(connection, one)
                loosen_keys(connection, one)


def loosen_column(connection, one):
    alter = 'ALTER TABLE %s ALTER COLUMN %s ' % (connection.ops.quote_name(one.table), connection.ops.quote_name(one.column))
    wants, unique, _ = rows(connection, THERE, connection.ops.quote_name(one.table), one.column)[0]
    if not wants:
        return
    editor, field = connection.schema_editor(), one.field
    value = None if unique or field.remote_field or djship_defaults.maker(field) else editor.effective_default(field)
    with connection.cursor() as cursor:
        cursor.execute(alter + ('DROP NOT NULL' if value is None else 'SET DEFAULT ' + editor.quote_value(value)))


def loosen_keys(connection, one):
    """Rows that refer to what the new release deletes don't keep it from that: the column is emptied, or the row of a table that goes is deleted."""
    quoted = connection.ops.quote_name(one.table)
    for name, text in rows(connection, FOREIGN, quoted, one.column, one.column):
        key = re.match(r'(FOREIGN KEY \(.*?\) REFERENCES .*?\([^()]*\)(?: MATCH FULL)?)(.*?)(?: NOT VALID)?$', text)
        if not key:
            continue
        with connection.cursor() as cursor:
            if one.column:
                cursor.execute('ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL' % (quoted, connection.ops.quote_name(one.column)))
            cursor.execute('ALTER TABLE %s DROP CONSTRAINT "%s", ADD CONSTRAINT "%s" %s ON DELETE %s%s NOT VALID' % (
                quoted, name.replace('"', '""'), name.replace('"', '""'), key.group(1), 'SET NULL' if one.column else 'CASCADE', key.group(2)))


def hook(connection):
    """Has migrate leave out what waits, as a push does."""
    from django.db.migrations.executor import MigrationExecutor
    migrate = MigrationExecutor.migrate

    def without(executor, targets, plan=None, *args, **kwargs):
        if executor.connection is connection:
            plan = executor.migration_plan(targets) if plan is None else plan
            late = waiting(executor, plan)
            loosen(connection, late)
            plan = left(plan, late)
        return migrate(executor, targets, plan, *args, **kwargs)
    MigrationExecutor.migrate = without


def left(plan, late):
    """A plan without those that wait."""
    names = [migration for migration, _ in late]
    return [one for one in plan if one[0] not in names]
