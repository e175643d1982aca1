"""Which pending migrations wait until all hosts have switched: those that only remove columns and tables, on which no other pending one depends, so that the release that is live goes on with these until then. What the new
release leaves out gets a default before, or loses its NOT NULL, so that it can add rows; and what it deletes takes along what it does not know of. An index or a constraint of a column goes with it; one that the new
release would break while it is still there keeps the migration from waiting."""
import re

import djship_catalogue
import djship_defaults
import djship_gate
import djship_plan

# Of a column: whether it is NOT NULL, its default, whether it gets a value without one; and of its indexes whether there is a key, one that keeps rows apart, and one that does so for rows without a value, too.
THERE = """select a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity <> '' or a.attgenerated <> '',
    exists (select from i where i.indisprimary and i.keyed), exists (select from i where i.apart and i.keyed), exists (select from i where i.apart and i.named and (i.strict or not i.keyed))
from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = pg_catalog.to_regclass(%s) and a.attname = %s and not a.attisdropped"""
INDEXES = """with i as (select i.indisprimary, i.indisunique or i.indisexclusion as apart, a.attnum = any ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1]) as keyed,
        coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool, false) as strict,
        a.attnum = any (i.indkey::pg_catalog.int2[]) or exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid in (i.indexrelid,
            (select k.oid from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')))
            and d.refobjid = a.attrelid and d.refobjsubid = a.attnum) as named
    from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid where i.indislive and i.indrelid = pg_catalog.to_regclass(%s) and a.attname = %s and not a.attisdropped) """
CHECKS = """select pg_catalog.pg_get_expr(k.conbin, k.conrelid), array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey))
from pg_catalog.pg_constraint k where k.contype = 'c' and k.conrelid = pg_catalog.to_regclass(%s)"""
NAMED = """select array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey)) from pg_catalog.pg_constraint k
where k.conrelid = pg_catalog.to_regclass(%s) and k.conname = %s union all
select array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey::pg_catalog.int2[])) from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid where i.indrelid = pg_catalog.to_regclass(%s) and c.relname = %s"""
RECKONS = """select pg_catalog.concat_ws(', ', pg_catalog.pg_get_expr(i.indexprs, i.indrelid), pg_catalog.pg_get_expr(i.indpred, i.indrelid)) from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid where i.indrelid = pg_catalog.to_regclass(%s) and c.relname = %s"""
TYPES = """select a.attname::pg_catalog.text, pg_catalog.format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a where a.attrelid = pg_catalog.to_regclass(%s) and a.attnum > 0 and not a.attisdropped"""
FOREIGN = """select k.conname::pg_catalog.text, pg_catalog.pg_get_constraintdef(k.oid) from pg_catalog.pg_constraint k where k.contype = 'f' and k.confdeltype = 'a' and k.conrelid = pg_catalog.to_regclass(%s)
and (%s = '' or (select a.attnum from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attname = %s) = any (k.conkey))"""
# What goes along with columns and tables: what changes nothing in the database or only what goes, and indexes and constraints. Python code does so where it is none (RunPython.noop).
ALONG = ('AlterField', 'AlterModelOptions', 'AlterModelManagers', 'RemoveIndex', 'RemoveConstraint', 'AlterUniqueTogether', 'AlterIndexTogether', 'RunPython')


def rows(connection, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


class Removed(object):
    """A table, or a column of one with its field, that a migration takes away. value is SQL of what rows without the column have there, None for NULL, unless the database makes one of its own for each; loose are
    the changes of the column for that."""

    def __init__(self, table, column='', field=None):
        self.table, self.column, self.field, self.value, self.own, self.loose = table, column, field, None, False, []

    def may_stay(self, connection):
        """Whether it is there, and may stay for a while where nobody gives it values; what that takes is noted. The checks are not looked at."""
        quoted = connection.ops.quote_name(self.table)
        if not self.column:
            return bool(rows(connection, 'select 1 from pg_catalog.pg_class where oid = pg_catalog.to_regclass(%s)', quoted))
        found = rows(connection, INDEXES + THERE, quoted, self.column, quoted, self.column)
        if not found or found[0][3]:
            return False
        notnull, default, own, _, apart, odd = found[0]
        self.value, self.own = None, bool(own or djship_gate.distinct(default))
        if self.own:
            return not odd
        if odd or apart and djship_defaults.given_by_database(self.field):
            return False
        self.value = default
        if apart:
            self.empty(notnull, default)
        elif notnull and not default:
            editor, field = connection.schema_editor(), self.field
            value = None if field.remote_field or djship_defaults.maker(field) else editor.effective_default(field)
            self.value = None if value is None else editor.quote_value(value)
            self.loose = ['DROP NOT NULL' if value is None else 'SET DEFAULT ' + self.value]
        return True

    def empty(self, notnull=True, default=True):
        """Has rows without the column be NULL there."""
        self.value, self.loose = None, ['DROP DEFAULT'] * bool(default) + ['DROP NOT NULL'] * bool(notnull)


def settle(connection, what):
    """Whether all that a migration removes may stay for a while, and rows without it be added."""
    if not what or not all(one.may_stay(connection) for one in what):
        return False
    return all(settle_checks(connection, table, dict((one.column, one) for one in what if one.table == table and one.column)) for table in sorted(set(one.table for one in what if one.column)))


def settle_checks(connection, table, columns):
    """Has the checks of a table let rows without some columns in: PostgreSQL reckons each with what these have there, and where a default does not do, with NULL."""
    quoted = connection.ops.quote_name(table)
    types, checks = dict(rows(connection, TYPES, quoted)), [one for one in rows(connection, CHECKS, quoted) if set(one[1]) & set(columns)]
    for expression, named in checks:
        if not passes(connection, types, expression, named, columns):
            inside = [columns[name] for name in named if name in columns]
            if any(one.own or djship_defaults.given_by_database(one.field) for one in inside):
                return False
            for one in inside:
                one.empty()
    return all(passes(connection, types, expression, named, columns) for expression, named in checks)


def passes(connection, types, expression, named, columns):
    """Whether a check holds for each row without some columns, whatever is in the others."""
    rest = [name for name in named if name not in columns or columns[name].own]
    if rest and not djship_gate.kleene(expression, rest):
        return False
    given = dict((name, {'type': kind, 'default': columns[name].value if name in columns else None}) for name, kind in types.items())
    return bool(djship_catalogue.holds(connection, {'columns': given}, expression, list(columns), not rest))


def removed(migration, state, connection):
    """What a migration of only_removes takes away; None where it takes away more than that and what belongs to it. Its state becomes the one behind it."""
    from django.db.migrations import operations as known
    found, along, label, start = [], [], migration.app_label, state.clone()  # whose fields are those of the code that is live
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(label, state)
        for one in djship_plan.flat([operation]):
            if isinstance(one, known.DeleteModel):
                meta = start.apps.get_model(label, one.name)._meta
                found += [Removed(table) for table in [meta.db_table] + [f.remote_field.through._meta.db_table for f in meta.local_many_to_many if f.remote_field.through._meta.auto_created]
                          if meta.managed and not meta.proxy and not meta.swapped]
            elif isinstance(one, known.RemoveField):
                found += removed_field(start.apps.get_model(label, one.model_name)._meta, one.name)
            else:
                along += taken_along(one, label, before, state, connection)
    tables, columns = set(one.table for one in found if not one.column), set((one.table, one.column) for one in found)
    fits = all(table in tables or any((table, column) in columns for column in group) for table, group in along)
    return found if fits else None


def removed_field(meta, name):
    field = meta.get_field(name)
    if not meta.managed:
        return []
    if field.many_to_many and field.remote_field.through._meta.auto_created:
        return [Removed(field.remote_field.through._meta.db_table)]
    return [Removed(meta.db_table, field.column, field)] if field.column else []


def taken_along(operation, label, before, after, connection):
    """What an operation of ALONG does: (table, its columns) for each constraint and index that it takes away, one of whose columns has to go, too. What does not wait has none."""
    kind = type(operation).__name__
    if kind == 'RunPython':
        return []
    name = getattr(operation, 'model_name', None) or operation.name
    meta, options = before.apps.get_model(label, name)._meta, before.models[label, name.lower()].options
    quoted = connection.ops.quote_name(meta.db_table)
    if kind == 'AlterField':
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            operation.database_forwards(label, editor, before, after)
        return [(meta.db_table, [meta.get_field(operation.name).column])] * bool(editor.collected_sql)
    if kind == 'RemoveIndex':  # which keeps no row away, unless it reckons something
        return [(meta.db_table, ()) for text, in rows(connection, RECKONS, quoted, operation.name) if djship_gate.may_fail(text)]
    if kind == 'RemoveConstraint':
        return [(meta.db_table, group) for group, in rows(connection, NAMED, quoted, operation.name, quoted, operation.name)] or [(meta.db_table, ())]
    if kind != 'AlterUniqueTogether':
        return [(meta.db_table, ())] * bool(kind == 'AlterIndexTogether' and operation.index_together)
    had, has = (set(tuple(group) for group in groups or ()) for groups in (options.get('unique_together'), operation.unique_together))
    return [(meta.db_table, [meta.get_field(name).column for name in group]) for group in had - has] + [(meta.db_table, ()) for _ in has - had]


def only_removes(migration):
    from django.db.migrations import operations as known
    inner = list(djship_plan.flat(migration.operations))
    removes, along, noop = (known.DeleteModel, known.RemoveField), [getattr(known, name, None) for name in ALONG], known.RunPython.noop
    return bool(migration.atomic and not migration.replaces and any(type(one) in removes for one in inner)
                and all(type(one) in removes or type(one) in along and getattr(one, 'code', noop) is noop for one in inner))


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
        what = removed(migration, state, executor.connection)
        if settle(executor.connection, what):
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
                if one.loose:
                    alter = ', '.join('ALTER COLUMN %s %s' % (connection.ops.quote_name(one.column), change) for change in one.loose)
                    with connection.cursor() as cursor:
                        cursor.execute('ALTER TABLE %s %s' % (connection.ops.quote_name(one.table), alter))
                loosen_keys(connection, one)


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
