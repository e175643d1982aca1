"""Runs the corpus: for each migration of cases.py the truth, found by old code's exercise on the schema after, beside what djship's gate has said before, and what linters say.
It starts a PostgreSQL of its own, as the account postgres where it is root, and takes one Django after another.

    corpus.py [--django 4.2,5.2] [--only WORDS] [--linters] [--plain] --cache FOLDER --programs FOLDER

--plain takes plain `manage.py migrate`, which keeps no defaults. Prints a line of JSON for each case: name, kind, django, truth (what went wrong), gate, seconds, linter, squawk, and
where something waits for the switch turns: what the gate says when it does, and what went wrong on the way."""
import argparse
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import cases
import ground

PYTHONS = {'4.2': ('3.11', '3.12', '3.10', '3.9'), '5.2': ('3.12', '3.11', '3.13'), '6.0': ('3.12', '3.13')}
HERE = os.path.dirname(os.path.abspath(__file__))
# Rules of squawk's about what clients can't go on with; its others are about locks and taste.
SQUAWK = ('adding-not-nullable-field', 'adding-required-field', 'ban-drop-column', 'ban-drop-table', 'ban-drop-not-null', 'changing-column-type', 'renaming-column', 'renaming-table',
          'disallowed-unique-constraint', 'constraint-missing-not-valid', 'ban-drop-database', 'adding-foreign-key-constraint')


class Worker(object):
    """A version of Django that carries out jobs."""

    def __init__(self, version, cache):
        self.version = version
        self.python = ground.environment(os.path.join(cache, 'django-' + version), PYTHONS[version], ['django~=%s.0' % version, 'psycopg[binary]', 'django-migration-linter', 'squawk-cli'])
        self.process = subprocess.Popen([self.python, os.path.join(HERE, 'worker.py')], stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)

    def __call__(self, do, **job):
        self.process.stdin.write(json.dumps(dict(job, do=do)) + '\n')
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline() or '{"error": "the worker has ended"}')


class Case(object):
    """One migration, on its way through old code, the gate, new code, and old code again."""

    def __init__(self, case, pg, old, new, folder, options):
        self.case, self.pg, self.old, self.new, self.folder, self.options = case, pg, old, new, folder, options
        self.name = 'live'

    def run(self):
        case = self.case
        before = self.before()
        for part in ('old', 'new'):
            shutil.rmtree(os.path.join(self.folder, part), ignore_errors=True)
        shutil.copytree(before, self.folder, dirs_exist_ok=True)
        self.lay('new')
        for app in case['old']:
            self.copy(app)
        self.write()
        self.pg.make(self.name, os.path.basename(before))
        self.pg.make('scratch')
        result = {'name': case['name'], 'kind': case['kind'], 'of': case['of'], 'django': self.new.version}
        answer = self.ask(self.new, 'new', 'new', scratch='scratch', makes=not case['ops'], linter=self.options.linters, clear=CLEAR if case.get('empty') else '')
        if self.options.linters:
            answer['squawk'] = self.squawk(answer.pop('pending'))
        result.update(answer, **self.ask(self.old, 'truth', 'old'))
        if result['waits'] and not self.options.plain:
            result['turns'] = self.in_turns(os.path.basename(before))
        return result

    def in_turns(self, before):
        """The same as a push does it where something waits for the switch: old code, the new release and old code again use what the database is before that, and the new release what it is behind."""
        self.pg.make(self.name, before)
        self.pg.make('scratch')
        found = {'gate': self.ask(self.new, 'new', 'new', scratch='scratch', makes=False, linter=False, clear='', later=True)['gate'], 'wrong': []}
        for number, (worker, side) in enumerate([(self.old, 'old'), (self.new, 'new'), (self.old, 'old'), (self.new, 'new')]):
            if number == 3:
                self.ask(self.new, 'migrate', 'new')
            found['wrong'] += ['%s, %d: %s' % (side, number, wrong) for wrong in self.ask(worker, 'used', side, number=number)]
        return found

    def before(self):
        """A folder with old code that has passed the exercise, and what was seen of it; its database has the folder's name, and is a template for cases with the same old code."""
        case = self.case
        key = json.dumps([self.old.version] + [case.get(k) for k in ('old', 'early', 'before', 'settings', 'fresh')])
        if key not in self.made:
            home, self.folder = self.folder, os.path.join(self.folder, 'before', 'old%d' % next(self.numbers))
            name = self.name = os.path.basename(self.folder)
            os.makedirs(self.folder)
            self.lay('old')
            self.pg.make(name, 'template0' if case.get('fresh') else 'contrib-' + self.old.version)
            wrong = self.ask(self.old, 'old', 'old', early=case.get('early'), before=case.get('before'))
            if wrong:
                raise SystemExit('old code does not pass on its own schema: %s: %s' % (case['name'], wrong))
            self.made[key] = self.folder
            self.folder, self.name = home, 'live'
        return self.made[key]

    made, numbers = {}, itertools.count()

    def lay(self, side):
        """The code of a side, without its migrations."""
        root = os.path.join(self.folder, side)
        shutil.rmtree(root, ignore_errors=True)
        for app, models in self.case[side].items():
            os.makedirs(os.path.join(root, app, 'migrations'))
            for path in ('__init__.py', 'migrations/__init__.py'):
                open(os.path.join(root, app, path), 'w').close()
            with open(os.path.join(root, app, 'models.py'), 'w') as file:
                file.write(self.fit(models, self.old if side == 'old' else self.new))

    def fit(self, text, worker):
        return text.replace('%s=models.Q', 'check=models.Q' if worker.version == '4.2' else 'condition=models.Q')

    def copy(self, app):
        shutil.rmtree(os.path.join(self.folder, 'new', app, 'migrations'))
        shutil.copytree(os.path.join(self.folder, 'old', app, 'migrations'), os.path.join(self.folder, 'new', app, 'migrations'), ignore=shutil.ignore_patterns('__pycache__'))

    def write(self):
        """The migrations of the new side: the operations that the case has, or those that Django sees."""
        ops = self.case['ops']
        for app, text in (ops.items() if isinstance(ops, dict) else [('shop', ops)] if ops else []):
            number = '0002' if app in self.case['old'] else '0001'
            needs = '("shop", "0001_initial")' if app == 'shop' else '("shop", "0002_new")'
            with open(os.path.join(self.folder, 'new', app, 'migrations', number + '_new.py'), 'w') as file:
                file.write('import uuid\nfrom django.db import migrations, models\nfrom django.utils import timezone\nfrom django.contrib.postgres.operations import *\nfrom django.contrib.postgres.search import SearchVectorField\n'
                           'from shop import models as shop\n\n\nclass Migration(migrations.Migration):\n    atomic = %s\n    dependencies = [%s]\n    operations = [%s]\n' % (self.case.get('atomic', True), needs, self.fit(text, self.new)))
        for path, text in self.case.get('extra', {}).items():
            with open(os.path.join(self.folder, 'new', path), 'w') as file:
                file.write(text)

    def ask(self, worker, do, side, **more):
        answer = worker(do, code=os.path.join(self.folder, side), programs=self.options.programs, apps=sorted(self.case[side]), settings=self.case.get('settings'), name=self.name,
                        keeping=not self.options.plain, folder=self.folder, database={'USER': 'corpus', 'HOST': self.pg.folder}, **more)
        if 'error' in answer:
            raise SystemExit('%s (%s, Django %s): %s\n%s' % (self.case['name'], do, worker.version, answer['error'], answer.get('trace', '')))
        return answer['result']

    def squawk(self, pending):
        """What squawk says of the SQL that sqlmigrate tells: rules about clients, and all."""
        path, rules = os.path.join(self.folder, 'new.sql'), []
        for _, _, text in pending:
            with open(path, 'w') as file:
                file.write(text)
            done = subprocess.run([os.path.join(os.path.dirname(self.new.python), 'squawk'), '--reporter=Json', '--pg-version=15.0', path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            rules += [one['rule_name'] for one in json.loads(done.stdout.decode() or '[]')]
        return {'clients': sorted(set(r for r in rules if r in SQUAWK)), 'all': sorted(set(rules))}


CLEAR = """do $$ declare t text; begin for t in select format('%I.%I', schemaname, tablename) from pg_tables where tablename like 'shop!_%' escape '!' or tablename in ('books')
loop execute 'truncate ' || t || ' cascade'; end loop; end $$"""


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which no case takes for its own end
    parser = argparse.ArgumentParser()
    parser.add_argument('--django', default='5.2')
    parser.add_argument('--only', default='', help='words that a case has one of in its name and kind, parted by commas')
    parser.add_argument('--linters', action='store_true')
    parser.add_argument('--plain', action='store_true')
    parser.add_argument('--cache', required=True)
    parser.add_argument('--programs', required=True)
    options = parser.parse_args()
    os.environ['PYTHONPATH'] = HERE
    versions = options.django.split(',')
    workers = [Worker(version, options.cache) for version in versions]
    folder = tempfile.mkdtemp(prefix='djship-corpus-')
    os.chmod(folder, 0o755)
    pg = ground.Postgres()
    try:
        for worker in workers:
            pg.make('contrib-' + worker.version)
            done = worker('migrate', code=folder, programs=options.programs, apps=[], name='contrib-' + worker.version, database={'USER': 'corpus', 'HOST': pg.folder})
            if 'error' in done:
                raise SystemExit(done['error'] + done.get('trace', ''))
            for case in cases.CASES:
                if not any(words in case['name'] + ' ' + case['kind'] for words in options.only.split(',')) or case.get('upgrade') and worker is workers[0] or float(case.get('since', '0')) > float(worker.version):
                    continue
                try:
                    print(json.dumps(Case(case, pg, workers[0] if case.get('upgrade') else worker, worker, folder, options).run()), flush=True)
                except SystemExit as e:
                    print(json.dumps({'name': case['name'], 'kind': case['kind'], 'django': worker.version, 'invalid': str(e)}), flush=True)
    finally:
        for worker in workers:
            worker.process.stdin.close()
            worker.process.wait()
        pg.stop()
        shutil.rmtree(folder)


main()
