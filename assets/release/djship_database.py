"""A database of PostgreSQL's as a session beside Django's sees it: the lock of migrations, what is open, what takes long, what is left."""
import re
import time

LOCK = "pg_catalog.hashtext('djship migrate'), 0"
OLD = 30  # seconds after which an open transaction is in the way
DUMPS = ('pg_dump', 'pg_dumpall', 'pg_basebackup')
LOCAL = ('', 'localhost', '127.0.0.1', '::1')

TRANSACTIONS = """
select a.pid, a.usename, pg_catalog.date_part('epoch', a.xact_start), a.application_name, case when a.state = 'active' then a.query else 'idle, last: ' || a.query end, a.xact_start is null and a.state is null
from pg_catalog.pg_stat_activity a where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid() and a.usename is not null"""

PREPARED = """
select gid, owner, pg_catalog.date_part('epoch', prepared) from pg_catalog.pg_prepared_xacts
where database = pg_catalog.current_database() and prepared < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => %s)"""

AT_WORK = """
select a.wait_event_type, pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.query_start), a.query, a.state,
case when a.wait_event_type = 'Lock' then pg_catalog.pg_blocking_pids(a.pid) else '{}' end from pg_catalog.pg_stat_activity a where a.pid = %s"""

PROGRESS = """
select phase, case when blocks_total > 0 then 100 * blocks_done / blocks_total when tuples_total > 0 then 100 * tuples_done / tuples_total end
from pg_catalog.pg_stat_progress_create_index where pid = %s
union all select phase, case when heap_blks_total > 0 then 100 * heap_blks_scanned / heap_blks_total end from pg_catalog.pg_stat_progress_cluster where pid = %s
union all select phase, case when heap_blks_total > 0 then 100 * heap_blks_scanned / heap_blks_total end from pg_catalog.pg_stat_progress_vacuum where pid = %s"""

INVALID = """
select n.nspname, c.relname, t.relname from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_class t on t.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and c.relkind = 'i' and n.nspname not like 'pg\\_%'
and not exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = c.oid) order by 1, 2 limit 20"""


def masked(query):
    """A statement for people's eyes: what is between quotes and behind them is left out, numbers are."""
    query = re.split(r'[\'$]', str(query)[:2000])[0]
    query = re.sub(r'\d+', 'N', ' '.join(query.split()))
    return ''.join(c if c.isprintable() else ' ' for c in query)[:120]


class Index(object):
    def __init__(self, schema, name, table):
        self.schema, self.name, self.table = schema, name, table

    def named_in(self, statement):
        return re.sub(r'_cc(new|old)\d*$', '', self.name) in statement

    def sentence(self, what):
        def quoted(name):
            return '"%s"' % name.replace('"', '""')
        return '%s: %s on %s. This removes it: DROP INDEX CONCURRENTLY %s.%s;' % (what, self.name, self.table, quoted(self.schema), quoted(self.name))


class Database(object):
    """A session in which each statement is one by itself."""

    def __init__(self, driver, reached):
        self.local = reached.get('host', '') in LOCAL or reached.get('host', '').startswith('/')
        self.connection = driver.connect(application_name='djship migrate', **reached)
        self.connection.autocommit = True
        self.errors = (driver.Error,)
        for name, value in (('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '25s'), ('statement_timeout', '10s')):
            self.rows('select pg_catalog.set_config(name, %s, false) from pg_catalog.pg_settings where name = %s', value, name)

    def close(self):
        try:
            self.connection.close()
        except Exception:
            pass

    def rows(self, sql, *values):
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql, values or None)
            return cursor.fetchall()
        finally:
            cursor.close()

    def pooled(self):
        """Whether it is behind a pooler."""
        return pooled(self.connection)

    def lock(self):
        return self.rows('select pg_catalog.pg_try_advisory_lock(%s)' % LOCK)[0][0]

    def lock_holder(self):
        """Where the one is that has the lock: " (pid 1, from 10.0.0.2)"."""
        found = self.rows("""select l.pid, coalesce(pg_catalog.host(a.client_addr), '') from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'advisory' and l.granted and l.classid::pg_catalog.int8 = (pg_catalog.hashtext('djship migrate')::pg_catalog.int8 + 4294967296) % 4294967296
            and l.objid = 0 and l.objsubid = 2 and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())""")
        return ' (pid %d%s)' % (found[0][0], ', from ' + found[0][1] if found[0][1] else '') if found else ''

    def open_transactions(self, known):
        """A sentence for each dump, and for each transaction that has been open for long. known has what root was told of those that this role sees nothing of."""
        seen = {}
        for row in known if self.local else ():
            if len(row) >= 5 and row[0].isdigit():
                seen[int(row[0]), row[1]] = row
        sentences = []
        for pid, user, since, name, query, hidden in self.rows(TRANSACTIONS):
            told = seen.get((pid, user))
            if hidden and told and re.match(r'\d+(\.\d+)?$', told[2]):
                since, query = float(told[2]), told[4]
            elif hidden:
                query = 'what it does is not shown to the site\'s role'
            dump = name in DUMPS
            age = time.time() - since if since else 0
            if dump or age > OLD:
                sentences.append('%s is open: pid %d of %s%s: %s' % ('a dump of the database' if dump else 'a transaction', pid, user, moment(since), query if hidden and not told else masked(query)))
        for gid, owner, since in self.rows(PREPARED, OLD):
            sentences.append('a prepared transaction is open: %s of %s%s' % (masked(gid), owner, moment(since)))
        return sentences

    def at_work(self, pid):
        """What a session does: seconds that its statement has taken, the statement, how far it is, and who is in its way. None where it does nothing."""
        rows = self.rows(AT_WORK, pid)
        if not rows or rows[0][3] != 'active':
            return None
        wait, seconds, query, _, blocking = rows[0]
        way = ''
        if wait == 'Lock':
            blockers = self.rows("select pid, usename, pg_catalog.date_part('epoch', xact_start), query from pg_catalog.pg_stat_activity where pid = any(%s)", list(blocking))
            way = '; '.join(who(*blocker) for blocker in blockers[:3])
        return seconds or 0, masked(query), '' if wait == 'Lock' else self.progress(pid), way

    def progress(self, pid):
        rows = self.rows(PROGRESS, pid, pid, pid)
        return '%s%s' % (rows[0][0], ', %d %%' % rows[0][1] if rows[0][1] is not None else '') if rows else ''

    def invalid_indexes(self):
        return [Index(*row) for row in self.rows(INVALID)]

    def recorded(self, name):
        app, _, migration = name.partition('.')
        return bool(self.rows('select 1 from django_migrations where app = %s and name = %s', app, migration))

    def cancel(self, pid):
        self.rows('select pg_catalog.pg_cancel_backend(%s)', pid)


POOLED = 'the database is reached through a pooler of connections (PgBouncer, say), behind which no session is one\'s own: neither the lock of a migration nor its time ' \
    'limits would hold. Have the release reach PostgreSQL itself'


def pooled(connection):
    """Whether a connection of the driver's leads to a session under another number than its own: a pooler gives its own numbers to those who connect."""
    with connection.cursor() as cursor:
        cursor.execute('select pg_catalog.pg_backend_pid()')
        return connection.info.backend_pid != cursor.fetchone()[0]


def who(pid, user, since, query):
    """A session, for people's eyes."""
    return 'pid %d of %s%s: %s' % (pid, user or 'PostgreSQL itself', moment(since), masked(query or ''))


def moment(since):
    """When something began: ", since 2026-11-27 12:00:01 UTC (85 s)"; "" where that is not known."""
    return ', since %s UTC (%d s)' % (time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(since)), time.time() - since) if since else ''


class Slow(object):
    """What is told of statements that take long: once after some seconds, then at times twice as far. `blocker` is who was in the way last."""

    def __init__(self, seconds):
        self.first, self.next, self.before, self.blocker = seconds, seconds, 0, ''

    def sentence(self, work):
        if not work:
            self.next, self.before = self.first, 0
            return ''
        seconds, query, progress, way = work
        if seconds < self.before:
            self.next, self.blocker = self.first, ''
        self.before, self.blocker = seconds, way or self.blocker
        if seconds < self.next:
            return ''
        while self.next <= seconds:
            self.next = min(self.next * 2, self.next + 60)
        told = ' – '.join(text for text in (query, progress, 'waits for ' + way if way else '') if text)
        return '%d s: %s' % (seconds, told)
