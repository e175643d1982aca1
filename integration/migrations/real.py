"""Asks djship's gate of each migration of real projects, which come from PyPI: whether a push would take it while code from before it is live.

    real.py [--only NAMES] --cache FOLDER --programs FOLDER

Prints a line of JSON for each migration, as step.py has it, with the project; one that several projects have is that of the first. And one with "failed" for a project that could not be migrated."""
import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile

import ground
import projects

HERE = os.path.dirname(os.path.abspath(__file__))


def run(project, pg, options, known):
    """Takes a project through its migrations; yields what step.py says of each that is not known yet."""
    python = ground.environment(os.path.join(options.cache, 'real-' + project['name']), project['pythons'], project['needs'], project['debian'])
    folder = tempfile.mkdtemp(prefix='djship-real-')
    try:
        pg.make('real')
        with open(os.path.join(folder, 'real_settings.py'), 'w') as file:
            file.write(project['settings'] + projects.DATABASE)
        with open(os.path.join(folder, 'known'), 'w') as file:
            file.write('\n'.join(sorted(filter(None, known))))
        env = dict((name, value.replace('FOLDER', folder)) for name, value in project.get('env', {}).items())
        env = dict(os.environ, PYTHONPATH=options.programs + ':' + folder, DJANGO_SETTINGS_MODULE='real_settings', REAL_HOST=pg.folder, REAL_KNOWN=os.path.join(folder, 'known'), HOME=folder, **env)
        with subprocess.Popen([python, os.path.join(HERE, 'step.py')], stdout=subprocess.PIPE, env=env, cwd=folder, universal_newlines=True) as process:
            try:
                for line in process.stdout:
                    yield json.loads(line)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            yield {'failed': 'status %d' % process.returncode}
    finally:
        shutil.rmtree(folder)


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument('--only', default='', help='names of projects, parted by commas')
    parser.add_argument('--cache', required=True)
    parser.add_argument('--programs', required=True)
    options = parser.parse_args()
    pg, known = ground.Postgres(), set()
    try:
        for project in projects.PROJECTS:
            if not options.only or project['name'] in options.only.split(','):
                for one in run(project, pg, options, known):
                    known.add(one.get('module'))
                    print(json.dumps(dict(one, project=project['name'])), flush=True)
    finally:
        pg.stop()


main()
