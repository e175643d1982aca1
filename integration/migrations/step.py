"""Runs the migrations of a project on an empty database, as its `migrate` does, and asks djship's gate of each: whether the models from before it go on behind it, or whether it waits for the switch. Each is taken as if a push
had that alone pending. Prints a line of JSON for each but the first of each app, those that do nothing and those that REAL_KNOWN lists."""
import json
import os
import sys
import types

import django
import django.apps
import djship_catalogue
import djship_defaults
import djship_later
import djship_models
import djship_plan
import djship_rehearse

RENAMES, REMOVES = ('RenameField', 'RenameModel', 'AlterModelTable'), ('RemoveField', 'DeleteModel')
CONSTRAINS, ADDS = ('AddConstraint', 'AlterUniqueTogether'), ('AddField', 'CreateModel', 'AddIndex')


def kind(migration):
    """What a migration is, by its operations."""
    flat = list(djship_plan.flat(migration.operations))
    names = set(type(one).__name__ for one in flat)
    if names & set(RENAMES):
        return 'renames'
    if names & set(REMOVES):
        return 'removes' if names <= set(REMOVES + djship_later.ALONG) else 'removes and more'
    if names & set(CONSTRAINS):
        return 'constrains'
    if any(wanted(one) for one in flat if type(one).__name__ == 'AddField'):
        return 'adds NOT NULL'
    return 'adds' if names & set(ADDS) else 'alters' if 'AlterField' in names else 'other'


def wanted(operation):
    return not (operation.field.null or operation.field.many_to_many or djship_defaults.given_by_database(operation.field))


def first(migration):
    """Whether a migration is the first of its app, or stands for such."""
    return bool(migration.initial or migration.replaces or all(app != migration.app_label for app, _ in migration.dependencies))


class Alone(object):
    """An executor, for which one migration is all that is pending."""

    def __init__(self, executor, state):
        self.connection, self.state = executor.connection, state
        self.loader = types.SimpleNamespace(applied_migrations=True, graph=executor.loader.graph)

    def _create_project_state(self, with_applied_migrations):
        return self.state.clone()


class Steps(object):
    def __init__(self, connection, out):
        self.connection, self.out, self.now = connection, out, None
        with open(os.environ['REAL_KNOWN']) as file:
            self.known = set(file.read().split())

    def hook(self):
        from django.db.migrations.executor import MigrationExecutor
        apply, steps = MigrationExecutor.apply_migration, self

        def applied(executor, state, migration, *args, **kwargs):
            def go():
                return apply(executor, state, migration, *args, **kwargs)
            if executor.connection is not steps.connection or first(migration) or not migration.operations or type(migration).__module__ in steps.known:
                steps.now = None
                return go()
            return steps.step(executor, state, migration, go)
        MigrationExecutor.apply_migration = applied

    def step(self, executor, state, migration, go):
        live, before = self.models(state.apps), self.now or self.catalogue()
        late = djship_later.waiting(Alone(executor, state), [(migration, False)])
        if late:
            djship_later.loosen(self.connection, late)
            found = djship_rehearse.judged(self.connection, live, before)
        state = go()
        self.now = self.catalogue()
        if not late:
            found = djship_rehearse.judged(self.connection, live, before, self.now)
        breaks = [(one.kind, one.table, one.column, one.why) for one in found if one.level == 'break']
        self.out.write(json.dumps({'module': type(migration).__module__, 'kind': kind(migration), 'waits': bool(late), 'breaks': breaks}) + '\n')
        self.out.flush()
        return state

    def catalogue(self):
        return djship_catalogue.plain(djship_catalogue.catalogue(self.connection))

    def models(self, apps):
        """What code of a state reads and writes."""
        own, django.apps.apps = django.apps.apps, apps
        try:
            return json.loads(json.dumps(djship_models.models(self.connection)))
        finally:
            django.apps.apps = own


def main():
    out = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    django.setup()
    from django.core.management import call_command
    from django.db import connections
    connection = connections['default']
    djship_defaults.hook(connection, lambda text: None)
    Steps(connection, out).hook()
    call_command('migrate', interactive=False, verbosity=0, skip_checks=True)


sys.path.pop(0)  # names of this folder are none of a project's
main()
