"""A database's schema as PostgreSQL's catalogue has it: plain data, for djship_gate. It only reads, in a few statements, whatever the size of the database;
each name is PostgreSQL's own, so that nothing in the database can stand in its place. For PostgreSQL 13 and later."""
import json

# Of relations that are somebody's own: in no schema of PostgreSQL's, and no part of an extension.
OWN = """from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"""

TABLES = """select c.oid::pg_catalog.int8, n.nspname::pg_catalog.text, c.relname::pg_catalog.text, pg_catalog.pg_table_is_visible(c.oid), c.relkind::pg_catalog.text,
    pg_catalog.pg_relation_is_updatable(c.oid, true) & 28 = 28,
    array(select p from pg_catalog.unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p where pg_catalog.has_table_privilege(c.oid, p)),
    c.relrowsecurity and (c.relforcerowsecurity or not pg_catalog.pg_has_role(c.relowner, 'usage')),
    array(select r.rulename::pg_catalog.text from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.ev_type <> '1' order by 1) """ + OWN

COLUMNS = """select c.oid::pg_catalog.int8, a.attname::pg_catalog.text, a.attnum::pg_catalog.int4, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull or t.typnotnull,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity::pg_catalog.text, a.attgenerated::pg_catalog.text,
    coalesce((select l.collisdeterministic from pg_catalog.pg_collation l where l.oid = a.attcollation), true),
    array(select e.enumlabel::pg_catalog.text from pg_catalog.pg_enum e where e.enumtypid = a.atttypid order by e.enumsortorder),
    array(select pg_catalog.pg_get_constraintdef(k.oid) from pg_catalog.pg_constraint k where k.contypid = a.atttypid and k.contype = 'c' order by 1),
    case when t.typdefault is not null and d.adbin is null then t.typdefault end
from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
join pg_catalog.pg_class c on c.oid = a.attrelid where a.attnum > 0 and not a.attisdropped and c.oid in (select c.oid """ + OWN + ')'

CONSTRAINTS = """select k.conrelid::pg_catalog.int8, k.conname::pg_catalog.text, k.contype::pg_catalog.text, pg_catalog.pg_get_constraintdef(k.oid),
    case when k.contype = 'c' then pg_catalog.pg_get_expr(k.conbin, k.conrelid) end,
    array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a where a.attrelid = k.conrelid and a.attnum = any(k.conkey) order by pg_catalog.array_position(k.conkey, a.attnum)),
    k.confrelid::pg_catalog.int8, array(select a.attname::pg_catalog.text from pg_catalog.pg_attribute a where a.attrelid = k.confrelid and a.attnum = any(k.confkey))
from pg_catalog.pg_constraint k where k.contype in ('c', 'f', 'x') and k.conrelid in (select c.oid """ + OWN + ')'

INDEXES = """select i.indrelid::pg_catalog.int8, x.relname::pg_catalog.text, i.indisunique, i.indisprimary,
    array(select coalesce(a.attname::pg_catalog.text, '') from pg_catalog.unnest(i.indkey::pg_catalog.int2[]) with ordinality u(num, at)
        left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.num and u.num > 0 where u.at <= i.indnkeyatts order by u.at),
    pg_catalog.pg_get_expr(i.indexprs, i.indrelid), pg_catalog.pg_get_expr(i.indpred, i.indrelid),
    coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool, false),
    array(select a.attname::pg_catalog.text from pg_catalog.pg_depend d join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid and d.refobjsubid > 0 order by 1),
    i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid), i.indimmediate
from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid where i.indislive and i.indrelid in (select c.oid """ + OWN + ')'

TRIGGERS = """select g.tgrelid::pg_catalog.int8, g.tgname::pg_catalog.text, pg_catalog.pg_get_triggerdef(g.oid), g.tgenabled::pg_catalog.text, pg_catalog.md5(p.prosrc), n.nspname = 'pg_catalog'
from pg_catalog.pg_trigger g join pg_catalog.pg_proc p on p.oid = g.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where not g.tgisinternal and g.tgrelid in (select c.oid """ + OWN + ')'

FUNCTIONS = """select p.oid::pg_catalog.regprocedure::pg_catalog.text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e') order by 1"""


def rows(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def catalogue(connection):
    """What a database has: {"tables": {oid: {...}}, "extensions": [...], "functions": [...], "types": {id: [app, model]}}. An oid is the same before and after a renaming."""
    tables = {}
    for oid, schema, name, visible, kind, updatable, may, guarded, rules in rows(connection, TABLES):
        quoted = ['"%s"."%s"' % (schema, name)] + ['"%s"' % name] * bool(visible)
        tables[oid] = {'schema': schema, 'name': name, 'quoted': quoted, 'kind': kind, 'writable': kind in ('r', 'p', 'f') or bool(updatable), 'may': may, 'guarded': guarded,
                       'rules': rules, 'columns': {}, 'checks': {}, 'foreign': {}, 'exclusions': {}, 'indexes': {}, 'triggers': {}}
    for oid, name, number, kind, notnull, default, identity, generated, plain, labels, domain, own in rows(connection, COLUMNS):
        tables[oid]['columns'][name] = {'number': number, 'type': kind, 'notnull': notnull, 'default': None if generated else default or own, 'identity': identity,
                                        'generated': default if generated else None, 'deterministic': plain, 'labels': labels, 'domain': domain}
    for oid, name, kind, text, expression, columns, to, referred in rows(connection, CONSTRAINTS):
        place = {'c': 'checks', 'f': 'foreign', 'x': 'exclusions'}[kind]
        tables[oid][place][name] = {'text': text, 'columns': columns, 'expression': expression, 'to': to, 'referred': sorted(referred)}
    for oid, name, unique, primary, keys, expressions, predicate, strict, depends, valid, text, at_once in rows(connection, INDEXES):
        tables[oid]['indexes'][name] = {'unique': unique, 'primary': primary, 'keys': keys, 'expressions': expressions, 'predicate': predicate, 'strict': strict, 'at once': at_once,
                                        'columns': sorted(set(k for k in keys if k) | set(depends))}
        if not valid:
            tables[oid]['indexes'][name].update(valid=False, made=text)
    for oid, name, text, enabled, source, builtin in rows(connection, TRIGGERS):
        if enabled != 'D':
            tables[oid]['triggers'][name] = {'text': text, 'source': source, 'builtin': builtin}
    return {'tables': tables, 'extensions': sorted(r[0] for r in rows(connection, 'select extname::pg_catalog.text from pg_catalog.pg_extension')),
            'functions': [r[0] for r in rows(connection, FUNCTIONS)], 'types': content_types(connection)}


def content_types(connection):
    """Which model a content type is of, by its id."""
    if rows(connection, "select pg_catalog.to_regclass('django_content_type')")[0][0] is None:
        return {}
    return dict((str(r[0]), [r[1], r[2]]) for r in rows(connection, 'select id, app_label, model from django_content_type'))


def holds(connection, table, expression, unknown, alone):
    """Whether a check holds for each row that names none of some columns, whatever is in the others: PostgreSQL reckons with null as
    with a value that is not known. A check of unknown columns alone holds where it gives null, too. None where it can't tell."""
    from django.db import transaction
    values = []
    for name, column in sorted(table['columns'].items()):
        value = column['default'] if name in unknown and column['default'] else 'null'
        values.append('(%s)::%s as "%s"' % (value, column['type'], name.replace('"', '""')))
    try:
        with transaction.atomic(using=connection.alias):
            return rows(connection, 'select (%s) is %s from (select %s) row_of_old_code' % (expression, 'not false' if alone else 'true', ', '.join(values)))[0][0]
    except Exception:
        return None


def plain(value):
    """It as JSON has it, for two that are compared to be alike."""
    return json.loads(json.dumps(value))
