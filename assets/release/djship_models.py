"""What a release's models read and write in a database: plain data, for djship_gate. It is asked in the release's own environment, where custom fields say what their
columns are. Written for Django 1.11 and later."""
import djship_defaults


def models(connection):
    """Each table that the release's models have in a connection's database: {"tables": {"\"name\"": {...}}, "types": [...], "generic": ...}."""
    from django.apps import apps
    from django.db import router
    tables, types, generic = {}, [], []
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        types.append([meta.app_label, meta.model_name])
        generic += ['%s.%s' % (meta.label, f.name) for f in meta.private_fields if hasattr(f, 'ct_field') and hasattr(f, 'fk_field') and not hasattr(f, 'object_id_field_name')]
        if meta.proxy or not here(router, connection.alias, model):
            continue
        table = tables.setdefault(connection.ops.quote_name(meta.db_table), {'models': [], 'columns': {}})
        table['models'].append(meta.label)
        for field in meta.local_concrete_fields:
            merge(table['columns'].setdefault(field.column, {}), column(field, connection))
    return {'tables': tables, 'types': sorted(types), 'generic': sorted(generic)}


def here(router, alias, model):
    """Whether a model's table is in a database."""
    return router.db_for_read(model) == alias or router.db_for_write(model) == alias


def column(field, connection):
    """What old code does with a column: the type it takes it for, and whether it names it when it makes a row."""
    generated = bool(getattr(field, 'generated', False))
    auto = field.get_internal_type() in ('AutoField', 'BigAutoField', 'SmallAutoField')
    return {
        'type': field.db_type(connection) or '',
        'null': bool(field.null),
        'writes': not generated,
        'left': auto or djship_defaults.given_by_database(field),  # a row may be made without a value for it
        'choices': choices(field),
    }


def choices(field):
    """The values of a field of text that has choices; None for others, and for very many."""
    values = [value for value, _ in field.flatchoices] if getattr(field, 'flatchoices', None) else None
    return values if values and len(values) < 200 and all(isinstance(v, str) for v in values) else None


def merge(known, more):
    """Several models may have one table: what any of them does is done."""
    for key, value in more.items():
        known[key] = known.get(key) or value if isinstance(value, bool) else known.get(key, value)
