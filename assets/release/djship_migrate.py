"""Has a release migrate its database, and watches over that from outside of the project's code, as the site's account.

    djship_migrate.py [again=yes]

It holds the lock of PostgreSQL's by which one at a time migrates a database; refuses while a dump or an old transaction is open, behind
which a migration, and visitors behind that, would wait; tells who is in the way and how far long ones are; and ends the statement that runs
where it is ended itself. djship_migrating.py does the rest inside of Django.

The file that DJSHIP_KEEP names is passed on: what was sent there root has when it says so.

It reads lines: "open PID USER SINCE NAME QUERY", parted by tabs, of transactions that this account may not see into; "end" behind them; "safe" or "lost", of what was to be kept; and "stop",
after which no further migration begins. It ends with status 0; 75 where a lock was in the way, all of what failed was rolled back, and it may be tried
again; 74 where it was stopped between two migrations; 73 where none was begun for what is in the way; else 1. With again what is in the way has status 75, too."""
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time

import djship_database

REFUSED, STOPPED, AGAIN = 73, 74, 75
PATIENCE = 1800  # seconds for another that migrates
LISTED = 15  # seconds for what is read up to "end"
SLOW = 10  # seconds after which it is told what a migration does


class Ended(BaseException):
    """The process was told to end."""


class Lines(object):
    """Lines of a file, as they come."""

    def __init__(self, file):
        self.file, self.rest, self.over = file, b'', False

    def fileno(self):
        return self.file

    def read(self):
        text = os.read(self.file, 65536)
        self.over, self.rest = not text, self.rest + text
        *lines, self.rest = self.rest.split(b'\n')
        return [line.decode('utf-8', 'replace') for line in lines]


class Release(object):
    """The process in which Django migrates, and what it has said of itself."""

    def __init__(self):
        there, tell = os.pipe()
        hear, here = os.pipe()
        environment = dict(os.environ, DJSHIP_WIRE='%d,%d' % (there, here))
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'djship_migrating.py')
        files = (there, here) + tuple(int(os.environ[name]) for name in ('DJSHIP_KEEP', 'DJSHIP_KEPT') if name in os.environ)
        self.process = subprocess.Popen([sys.executable, '-u', program], stdin=subprocess.DEVNULL, pass_fds=files, env=environment)
        for file in files:
            os.close(file)
        self.tell, self.lines = tell, Lines(hear)
        self.pid, self.plan, self.applied, self.current, self.atomic, self.kept, self.left, self.held = 0, [], [], '', True, [], '', ''
        self.connect, self.back = None, []

    def say(self, **words):
        try:
            os.write(self.tell, json.dumps(words).encode() + b'\n')
        except OSError:  # it has ended
            pass

    def session(self):
        """Another session in the database that it migrates."""
        return djship_database.Database(importlib.import_module(self.connect['driver']), self.connect['connect'])

    def close(self):
        """Ends it where it waits to be told to go."""
        os.close(self.tell)
        return self.process.wait()

    def hear(self, words):
        for name in ('pid', 'plan', 'atomic', 'back'):
            setattr(self, name, words.get(name, getattr(self, name)))
        if 'connect' in words or 'vendor' in words:
            self.connect = words
        if 'begin' in words:
            self.current = words['begin']
        if 'kept' in words:  # which is only so where the migration stays
            self.kept.append(words['kept'])
        if 'applied' in words:
            self.applied.append(words['applied'])
            self.current = ''
            for text in self.kept:
                say(text)
            self.kept = []
        self.left, self.held = words.get('concurrently', self.left), words.get('held', self.held)
        if 'note' in words:
            say('\n' + words['note'])


def say(text):
    print(text, flush=True)


class Run(object):
    def __init__(self, again):
        self.again = again
        self.stop, self.listed, self.known, self.watch, self.slow = False, False, [], None, djship_database.Slow(SLOW)
        self.standing = Lines(0)
        self.release = Release()

    def turn(self, seconds):
        """Takes what comes within a time."""
        ready = select.select([lines for lines in (self.standing, self.release.lines) if not lines.over], [], [], seconds)[0]
        for lines in ready:
            for line in lines.read():
                if lines is self.standing:
                    self.told(line)
                else:
                    self.release.hear(json.loads(line))

    def told(self, line):
        word, _, rest = line.partition('\t')
        if word == 'open':
            self.known.append(rest.split('\t'))
        elif word == 'end':
            self.listed = True
        elif word in ('safe', 'lost'):
            self.release.say(safe=word == 'safe')
        elif word == 'stop':
            self.stop = True
            self.release.say(stop=True)

    def wait_for(self, condition, seconds):
        end = time.time() + seconds
        while not condition() and time.time() < end and not self.stop:
            self.turn(min(1, max(0, end - time.time())))
        return condition()

    def over(self):
        return self.release.lines.over

    def run(self):
        """Takes the release through its migrations; returns the status."""
        release = self.release
        while not release.connect and not self.over():
            self.turn(60)
        if not release.connect:
            say('manage.py has ended before it migrated')
            return 1
        if 'vendor' not in release.connect:
            self.watch = release.session()
            status = self.may_begin()
            if status is not None:
                return status
        release.say(go=True)
        while not self.over():
            self.turn(0.5)
            if self.watch and release.pid:
                self.look()
        return self.outcome(release.process.wait())

    def may_begin(self):
        """Gets the lock and sees that nothing is open; returns a status where it may not."""
        if self.watch.pooled():
            say(djship_database.POOLED)
            return REFUSED
        if not self.lock():
            return STOPPED if self.stop else 1
        self.wait_for(lambda: self.listed or self.standing.over, LISTED)
        open_now = self.watch.open_transactions(self.known)
        for sentence in open_now:
            say(('waits: ' if self.again else '') + sentence)
        if open_now and not self.again:
            say('nothing was migrated: a migration would wait for what is open, and visitors behind it. Push again when it is over')
        if open_now:
            return AGAIN if self.again else REFUSED
        for index in self.watch.invalid_indexes():
            say('notice: %s' % index.sentence('there is an index that is not valid, as a CONCURRENTLY that has failed leaves it'))
        return None

    def lock(self):
        """Gets the lock that is held for as long as this process is connected."""
        told, end = '', time.time() + PATIENCE
        while not self.watch.lock():
            holder = self.watch.lock_holder()
            if holder != told:
                say('waits: another migration of this database is at work' + holder)
                told = holder
            if self.stop or time.time() > end or self.over():
                say('stopped: nothing was migrated' if self.stop else 'another migration of this database has been at work for half an hour')
                return False
            self.turn(1)
        return True

    def look(self):
        """Tells who is in the way and what takes long. Where the lock is lost no further migration begins."""
        try:
            sentence = self.slow.sentence(self.watch.at_work(self.release.pid))
        except self.watch.errors as error:
            if (getattr(error, 'pgcode', None) or getattr(error, 'sqlstate', None)) == '57014':  # only the answer took too long, on a host that has much to do
                return
            self.watch.close()
            self.watch = None
            self.release.say(stop=True)
            say('the connection that holds the lock of migrations has gone: no further one begins')
            return
        if sentence:
            say('\nnotice: %s: %s' % (self.release.current or 'what migrate does besides', sentence))

    def outcome(self, status):
        """Says what is applied and what is not, where not all went well; returns the status."""
        release = self.release
        if status in (0, REFUSED):
            return status
        if 'vendor' in release.connect:
            return 1
        names = ', '.join(release.applied) or 'none'
        if status == STOPPED:
            left = [name for name in release.plan if name not in release.applied]
            say('stopped between two migrations. Applied: %s. Not begun: %s' % (names, ', '.join(left) or 'none'))
            return STOPPED if self.stop else 1
        watch = self.reached()
        if status == AGAIN and watch:
            if self.slow.blocker or release.held:
                say('in its way was %s' % (self.slow.blocker or release.held))
            say('%s is rolled back, all of it' % release.current if release.current else 'it was not within a migration')
            return AGAIN
        if release.back:
            say(self.what_of_back(watch, release.back))
        if release.plan:
            say('applied before that: %s' % names)
        if release.current:
            say(self.what_of(watch, release.current))
        for index in watch.invalid_indexes() if watch and release.left else ():
            if index.named_in(release.left):
                say(index.sentence('%s has left an index that is not valid' % release.current))
        return 1

    def reached(self):
        """The database, once more where the connection has gone; None where it can't be reached."""
        for _ in range(20):
            try:
                if self.watch:
                    self.watch.invalid_indexes()
                    return self.watch
                self.watch = self.release.session()
            except Exception:
                self.watch = None
                time.sleep(0.5)
        return None

    def what_of(self, watch, name):
        """What has become of the migration that was at work at the end."""
        if not watch:
            return 'whether %s is applied is not known: the database can\'t be reached. Push again when it can: a migration is applied and recorded as a whole' % name \
                if self.release.atomic else 'the database can\'t be reached. %s is not atomic: a part of it may be applied' % name
        if watch.recorded(name):
            return '%s is applied and recorded' % name
        if self.release.atomic:
            return 'of %s nothing is applied: it was rolled back as a whole' % name
        return '%s is not recorded as applied; it is not atomic, so that a part of it may be there' % name

    def what_of_back(self, watch, names):
        """What has become of migrations that were to be taken back, as a whole."""
        if not watch:
            return 'whether they are taken back is not known: the database can\'t be reached. Type it again when it can: they are taken back as a whole'
        return 'nothing of it was taken back: the database is as it was' if watch.recorded(names[0]) else 'they are taken back: %s' % ', '.join(names)

    def cancel(self):
        """Ends what the release is doing in its database."""
        if self.watch and self.release.pid:
            try:
                self.release.session().cancel(self.release.pid)
            except Exception:
                pass
        self.release.process.terminate()


def ended(*_):
    raise Ended()


def main():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, ended)
    run = None
    try:
        run = Run('again=yes' in sys.argv[1:])
        status = run.run()
        run.release.close()
    except Ended:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        status = 143
        if run:
            run.cancel()
    sys.exit(status)


main()
