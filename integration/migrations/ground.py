"""What corpus.py and real.py stand on: a PostgreSQL of their own, and Pythons with packages."""
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile


class Postgres(object):
    """A server for this run alone."""

    def __init__(self):
        self.bin = sorted(glob.glob('/usr/lib/postgresql/*/bin'), key=lambda path: int(path.split('/')[4]))[-1]
        self.folder = tempfile.mkdtemp(prefix='djship-pg-', dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else None)
        self.data = self.folder + '/data'
        self.account = ['runuser', '-u', 'postgres', '--'] if os.getuid() == 0 else []
        if self.account:
            os.chown(self.folder, pwd.getpwnam('postgres').pw_uid, -1)
        self.quiet('initdb', '-D', self.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync')
        self.quiet('pg_ctl', '-D', self.data, '-w', '-l', self.folder + '/log', '-o', "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -k %s" % self.folder, 'start')
        self.sql('create role corpus login')

    def quiet(self, program, *arguments):
        done = subprocess.run(self.account + [os.path.join(self.bin, program)] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd='/')
        if done.returncode:
            raise SystemExit('%s: %s' % (program, done.stdout.decode()))

    def sql(self, text, database='postgres', role='postgres'):
        done = subprocess.run([os.path.join(self.bin, 'psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', self.folder, '-U', role, '-d', database, '-c', text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise SystemExit('%s: %s' % (text, done.stdout.decode()))
        return done.stdout.decode()

    def make(self, name, template='template0'):
        self.sql('drop database if exists "%s"' % name)
        self.sql('create database "%s" owner corpus template "%s"' % (name, template))

    def stop(self):
        self.quiet('pg_ctl', '-D', self.data, '-m', 'immediate', 'stop')
        shutil.rmtree(self.folder)


def environment(folder, pythons, packages, debian=()):
    """The Python of a virtualenv with some packages, made once, of the first of some versions that the machine has; with packages of Debian's."""
    python = os.path.join(folder, 'bin', 'python')
    if not os.path.exists(folder + '/whole'):
        shutil.rmtree(folder, ignore_errors=True)
        base = next((p for p in sum(([shutil.which('python' + v)] + glob.glob('/root/.pyenv/versions/%s.*/bin/python3' % v) for v in pythons), []) if p and works(p)), None)
        if not base:
            raise SystemExit('there is no Python of %s' % ', '.join(pythons))
        if any(subprocess.call(['dpkg', '-s', name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for name in debian):
            subprocess.check_call(['apt-get', '-qq', 'update'], stdout=sys.stderr)
            subprocess.check_call(['apt-get', '-qq', '-y', '--no-install-recommends', 'install'] + list(debian), stdout=sys.stderr)
        subprocess.check_call([base, '-m', 'venv', folder], stdout=sys.stderr)
        subprocess.check_call([python, '-m', 'pip', 'install', '-q'] + packages, stdout=sys.stderr)
        open(folder + '/whole', 'w').close()
    return python


def works(python):
    return subprocess.call([python, '-c', 'import venv, ensurepip'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
