"""Keeps a migration from queueing for a table behind a session that holds it for long: whoever comes then queues behind the migration, visitors first. So it is looked who holds the
table before a statement asks for it; those that are gone a moment later are worth no wait."""
import re
import time

import djship_database
import djship_plan

PATIENCE = 2  # seconds in which it is looked whether a table comes free
HOLDING = 0.3  # where the migration has locked others by then, which visitors wait for
PAUSE = 0.1
LOCKING = re.compile(r'\s*(?:ALTER|CREATE|DROP|TRUNCATE)\b', re.I)
# What each lock that others wait behind has to wait for.
WAITS_FOR = {
    'ACCESS EXCLUSIVE': ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'),
    'SHARE ROW EXCLUSIVE': ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'),
    'SHARE': ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'),
}
# A DROP also locks the tables that a foreign key of the table leads to. A transaction is named by its own number: that of a session stays. What PostgreSQL does by itself (autovacuum)
# makes room for who waits, and has no user.
HOLDERS = """
select distinct l.virtualtransaction, l.pid from pg_catalog.pg_locks l, (select coalesce((select i.indrelid from pg_catalog.pg_index i where i.indexrelid = n.oid), n.oid) as oid
    from (select pg_catalog.to_regclass(%s)::pg_catalog.oid as oid) n) t
where l.locktype = 'relation' and l.granted and l.mode = any(%s) and l.pid is distinct from pg_catalog.pg_backend_pid()
and not exists (select from pg_catalog.pg_stat_activity a where a.pid = l.pid and a.usename is null)
and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
and (l.relation = t.oid or %s and l.relation in (select k.confrelid from pg_catalog.pg_constraint k where k.contype = 'f' and k.conrelid = t.oid))"""
WHO = """
select a.pid, a.usename, pg_catalog.date_part('epoch', a.xact_start), a.query from pg_catalog.pg_stat_activity a where a.pid = any(%s) order by a.xact_start limit 3"""


class Tables(object):
    """What a migration on a connection asks for. held is called with who is in the way, where somebody is."""

    def __init__(self, connection, held):
        self.connection, self.held, self.has = connection, held, False

    def begin(self):
        """A transaction begins, which has no table yet."""
        self.has = False

    def rows(self, sql, *values):
        with self.connection.connection.cursor() as cursor:  # the driver's: Django's would come by here
            cursor.execute(sql, values)
            return cursor.fetchall()

    def holders(self, wanted, drops):
        found = set()
        for table, mode, _ in wanted:
            found.update(self.rows(HOLDERS, table, list(WAITS_FOR[mode]), drops))
        return found

    def wait(self, statement):
        """Returns when nobody holds what a statement will lock who did some time ago; raises what PostgreSQL would behind lock_timeout where that takes too long."""
        from django.db import OperationalError
        if not LOCKING.match(statement):
            return
        statement = ' '.join(statement.split())
        wanted = [lock for lock in djship_plan.locked(statement) if lock[1] in WAITS_FOR]
        if not wanted or self.connection.connection is None:
            return
        drops = ' DROP ' in ' ' + statement.upper()
        end, holders = time.time() + (HOLDING if self.has else PATIENCE), self.holders(wanted, drops)
        while holders and time.time() < end:
            time.sleep(PAUSE)
            holders &= self.holders(wanted, drops)
        if holders:
            self.held('; '.join(djship_database.who(*row) for row in self.rows(WHO, [pid for _, pid in holders if pid])) or 'a prepared transaction')
            error = OperationalError('%s is held by another session, and visitors would wait behind a migration that waits for it' % wanted[0][0].replace('"', ''))
            error.pgcode = '55P03'
            raise error
        self.has = True
