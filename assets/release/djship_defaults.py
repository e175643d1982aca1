"""Keeps the default of a column that is added and wants a value, be it at once or by a change behind that. Django gives the column one for the rows that are there and takes it away again:
code that does not know the column could add no row any more. Nor could code that leaves a column to a default that the new release's model has no more (db_default): that stays, too. What a
function gives as a default is one value for all rows, but for functions that are known here: the database works theirs out anew for each row."""
import datetime
import uuid

TYPE_CHANGED = (' TYPE ', ' ADD GENERATED ')
IN_ITS_WAY = ('42804', '55000')  # a default that can't be cast, and one that is there already


def per_row(field, version):
    """SQL of a default that is another for each row; None where all rows get the one that Django has worked out."""
    from django.db import models
    from django.utils import timezone
    given, moment = field.default, getattr(field, 'auto_now', False) or getattr(field, 'auto_now_add', False)
    known = [(models.DateTimeField, (timezone.now, datetime.datetime.now, datetime.datetime.utcnow), 'CURRENT_TIMESTAMP'),
             (models.DateField, (datetime.date.today, timezone.now), 'CURRENT_DATE'),
             (models.TimeField, (), 'LOCALTIME'),
             (models.UUIDField, (uuid.uuid4,) if version >= 130000 else (), 'gen_random_uuid()')]
    for kind, makers, sql in known:
        if isinstance(field, kind):
            return sql if moment or callable(given) and any(given == maker for maker in makers) else None
    return None


def maker(field):
    """The name of the function that has worked a default out; '' where it is a value."""
    return getattr(field.default, '__qualname__', 'a function') if field.has_default() and callable(field.default) else ''


def hook(connection, note):
    """Has schema editors of a connection keep defaults; note is told of each."""
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    add, alter = BaseDatabaseSchemaEditor.add_field, BaseDatabaseSchemaEditor.alter_field

    def add_field(editor, model, field):
        if editor.connection is not connection or field.null or editor.collect_sql:
            return add(editor, model, field)
        with connection.execute_wrapper(keeping(editor, model, field, note)):
            return add(editor, model, field)

    def alter_field(editor, model, old_field, new_field, strict=False):
        if editor.connection is not connection or editor.collect_sql or given_by_database(old_field) and given_by_database(new_field):
            return alter(editor, model, old_field, new_field, strict)
        if given_by_database(old_field):  # to which old code leaves the column
            with connection.execute_wrapper(keeping(editor, model, new_field, note, known=True)):
                return alter(editor, model, old_field, new_field, strict)
        if not stays(old_field, new_field):
            with connection.execute_wrapper(loosening(editor, model, new_field, note)):
                return alter(editor, model, old_field, new_field, strict)
        with connection.execute_wrapper(keeping(editor, model, new_field, note)), connection.execute_wrapper(loosening(editor, model, new_field, note)):
            alter(editor, model, old_field, new_field, strict)
        filled(editor, model, new_field, note)
    BaseDatabaseSchemaEditor.add_field, BaseDatabaseSchemaEditor.alter_field = add_field, alter_field


def filled(editor, model, field, note):
    """Gives a column that is NOT NULL from now on its field's default, where Django has given none that could be left: code that does not know the column adds rows without it."""
    from django.db import Error
    connection, name = editor.connection, editor.quote_name(field.column) if field.column else ''
    value = editor.effective_default(field)
    if value is None or not name or of_column(connection, DEFAULT, editor.quote_name(model._meta.db_table), field.column):
        return
    before = connection.savepoint()
    try:
        with connection.cursor() as cursor:
            cursor.execute('ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s' % (editor.quote_name(model._meta.db_table), name, per_row(field, connection.pg_version) or editor.quote_value(value)))
    except (Error, ValueError):  # as for a type that the driver can't write
        connection.savepoint_rollback(before)
    else:
        connection.savepoint_commit(before)
        note('%s.%s has a default in the database, as it is NOT NULL from now on' % (model._meta.db_table, field.column))


def stays(old, new):
    """Whether a default that Django takes away behind a change of a field is left in the database: old code leaves the column to it, or does not know it, for an earlier migration of the same push has made it."""
    return not given_by_database(new) and (given_by_database(old) or old.null and not new.null)


def given_by_database(field):
    """Whether the model itself says that the database has a default."""
    from django.db.models import NOT_PROVIDED
    return getattr(field, 'db_default', NOT_PROVIDED) is not NOT_PROVIDED


def keeping(editor, model, field, note, known=False):
    """Passes over the statement that takes the default of a column away. One that is known to old code is that of its model (db_default)."""
    column = editor.quote_name(field.column) if field.column else ''
    alter = 'ALTER TABLE %s ALTER COLUMN %s ' % (editor.quote_name(model._meta.db_table), column)

    def executing(execute, sql, params, many, context):
        if str(sql) != alter + 'DROP DEFAULT':
            return execute(sql, params, many, context)
        place, own = '%s.%s' % (model._meta.db_table, field.column), '' if known else per_row(field, editor.connection.pg_version)
        if own:
            note('%s keeps a default in the database, %s' % (place, own))
            return execute(alter + 'SET DEFAULT ' + own, None, many, context)
        if known:
            note('%s keeps its default in the database, which code from before leaves it to' % place)
            return None
        once = ', which %s has worked out once for all rows that code without the column adds' % maker(field) if maker(field) else ''
        note('%s keeps its default in the database%s' % (place, once))
        return None
    return executing


DEFAULT = 'pg_catalog.pg_get_expr((select d.adbin from pg_catalog.pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum), a.attrelid)'


def of_column(connection, what, table, column):
    """What the catalogue has of a column."""
    with connection.cursor() as cursor:
        cursor.execute('select ' + what + ' from pg_catalog.pg_attribute a where a.attrelid = %s::pg_catalog.regclass and a.attname = %s', (table, column))
        return cursor.fetchone()[0]


def restored(connection, table, column, default, name):
    """Gives a column of another type its default again, where that can be made one of this type."""
    from django.db import Error
    before = connection.savepoint()
    try:
        kind = of_column(connection, 'pg_catalog.format_type(a.atttypid, a.atttypmod)', table, name)
        with connection.cursor() as cursor:
            cursor.execute('ALTER TABLE %s ALTER COLUMN %s SET DEFAULT CAST((%s) AS %s)' % (table, column, default, kind))
    except Error:
        connection.savepoint_rollback(before)
        return False
    connection.savepoint_commit(before)
    return True


def loosening(editor, model, field, note):
    """Takes a default away that Django knows nothing of where a change of the column's type fails by it, and gives it again behind that."""
    from django.db import Error

    def executing(execute, sql, params, many, context):
        connection = editor.connection
        if not any(words in str(sql) for words in TYPE_CHANGED) or not connection.in_atomic_block:
            return execute(sql, params, many, context)
        before = connection.savepoint()
        try:
            result = execute(sql, params, many, context)
        except Error as error:
            code = getattr(error.__cause__, 'pgcode', None) or getattr(error.__cause__, 'sqlstate', None)
            if code not in IN_ITS_WAY or 'default' not in str(error):
                raise
            connection.savepoint_rollback(before)
            table, column = editor.quote_name(model._meta.db_table), editor.quote_name(field.column)
            default = of_column(connection, DEFAULT, table, field.column)
            execute('ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT' % (table, column), None, many, context)
            result = execute(sql, params, many, context)
            if not restored(connection, table, column, default, field.column):
                note('%s.%s has lost the default that it had in the database: it does not fit its new type' % (model._meta.db_table, field.column))
        connection.savepoint_commit(before)
        return result
    return executing
