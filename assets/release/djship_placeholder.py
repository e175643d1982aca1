"""What djship's placeholder has put into a site's database before the first release: the tables of Django's own apps, and rows that
migrate has made. They are in the way of a project that has a user model of its own. Written for Django 1.11 and later."""

APPS = ('admin', 'auth', 'contenttypes', 'sessions')
USED = ('auth_user', 'auth_group', 'django_admin_log', 'django_session')  # empty until somebody uses the placeholder
TABLES = USED + ('auth_group_permissions', 'auth_permission', 'auth_user_groups', 'auth_user_user_permissions', 'django_content_type', 'django_migrations')


def rows(connection):
    """How many rows of people's the placeholder's tables have; None where the database has others, or not all of them."""
    with connection.cursor() as cursor:
        if set(connection.introspection.table_names(cursor)) != set(TABLES):
            return None
        cursor.execute('select count(*) from django_migrations where app not in (%s, %s, %s, %s)', APPS)
        others = cursor.fetchone()[0]
        cursor.execute('select count(*) from auth_permission p join django_content_type t on t.id = p.content_type_id where t.app_label not in (%s, %s, %s, %s)', APPS)
        if others or cursor.fetchone()[0]:
            return None
        count = 0
        for table in USED:
            cursor.execute('select count(*) from ' + table)
            count += cursor.fetchone()[0]
        return count


def fits(connection):
    """Whether the release's migrations can go on from those that the database has."""
    from django.db.migrations.exceptions import InconsistentMigrationHistory
    from django.db.migrations.loader import MigrationLoader
    try:
        MigrationLoader(connection).check_consistent_history(connection)
        return True
    except InconsistentMigrationHistory:
        return False


def remove(connection):
    """Removes the placeholder's tables where they are in the way and nobody has used them; tells whether it has."""
    from django.db import transaction
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '5s'")
            if rows(connection) != 0 or fits(connection):
                return False
            cursor.execute('lock table %s in access exclusive mode' % ', '.join(TABLES))
            if rows(connection) != 0:  # somebody was quicker
                return False
            cursor.execute('drop table ' + ', '.join(TABLES))
    return True
