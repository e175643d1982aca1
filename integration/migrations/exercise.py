"""What old code does in its day, for each of its models: make rows, find, change and delete them, by the ORM and by the admin's pages. It finds out whether a schema
is one that the code can live with. The same exercise has to pass on the schema that the code was made for."""
import datetime
import decimal
import itertools
import uuid

from django.apps import apps
from django.contrib import admin
from django.db import connection, models, transaction

counter = itertools.count(1)


def own_models():
    return [m for label in ('shop', 'store') if apps.is_installed(label) for m in apps.get_app_config(label).get_models() if not m._meta.swapped]


def samples(field):
    """Values that a field takes: those at the ends of its range among them."""
    kind = field.get_internal_type()
    if field.flatchoices:
        return [value for value, _ in field.flatchoices]
    if hasattr(field, 'base_field') and hasattr(field, 'size'):
        return [samples(field.base_field)[:2], samples(field.base_field)[1:]]
    if isinstance(field, (models.CharField, models.TextField)):
        longest = min(field.max_length or 300, 300)
        return ['Ab', 'aB', 'x' * longest] if not isinstance(field, (models.EmailField, models.URLField, models.SlugField)) else \
            {'EmailField': ['A@example.com', 'a@example.com']}.get(type(field).__name__, ['http://example.com/a', 'http://example.com/b'] if isinstance(field, models.URLField) else ['a-b', 'c'])
    now = datetime.datetime(2026, 11, 27, 12, 30, 15, tzinfo=datetime.timezone.utc)
    return {
        'SmallIntegerField': [-7, 3, 32767], 'IntegerField': [-7, 3, 2147483647], 'BigIntegerField': [-7, 3, 2 ** 40],
        'PositiveSmallIntegerField': [0, 3, 32767], 'PositiveIntegerField': [0, 3, 2147483647], 'PositiveBigIntegerField': [0, 3, 2 ** 40],
        'FloatField': [0.5, -1e10], 'BooleanField': [True, False], 'DateField': [now.date(), now.date().replace(year=1999)], 'TimeField': [now.time(), datetime.time(1, 2)],
        'DateTimeField': [now, now.replace(year=1999)], 'UUIDField': [uuid.UUID(int=7), uuid.UUID(int=2 ** 100)], 'JSONField': [{'a': [1, 'b']}, [1, 2]],
        'DurationField': [datetime.timedelta(days=3), datetime.timedelta(seconds=5)], 'GenericIPAddressField': ['10.0.0.1', '::1'], 'BinaryField': [b'\x00a', b'b'],
        'DecimalField': [decimal.Decimal(10) ** (getattr(field, 'max_digits', 4) - getattr(field, 'decimal_places', 2)) - decimal.Decimal(1).scaleb(-getattr(field, 'decimal_places', 2)), decimal.Decimal('-1')] if kind == 'DecimalField' else [],
    }[kind]


def alone(field):
    """A value that no other row has."""
    n = next(counter)
    if isinstance(field, models.EmailField):
        return 'n%d@example.com' % n
    if isinstance(field, (models.CharField, models.TextField)):
        return 'n%d' % n
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return datetime.date(2000, 1, 1) + datetime.timedelta(days=n)
    if isinstance(field, models.GenericIPAddressField):
        return '10.1.%d.%d' % divmod(n, 250)
    return n


def must_be_alone(model):
    """The last field of each group that is unique together, and those that are unique by themselves."""
    names = [f.name for f in model._meta.concrete_fields if f.unique]
    for group in itertools.chain(model._meta.unique_together, (c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint) and c.fields)):
        if not set(group) & set(names):
            names.append(group[-1])
    names += [e for c in model._meta.constraints if isinstance(c, models.UniqueConstraint) and not c.fields for e in [f.name for f in model._meta.concrete_fields if isinstance(f, models.CharField)]]
    return names


def written(model):
    """The fields that somebody gives values for."""
    return [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField) and not getattr(f, 'generated', False)
            and not getattr(f, 'auto_now', False) and not getattr(f, 'auto_now_add', False) and not (f.remote_field and f.remote_field.parent_link)
            and not isinstance(f, models.FileField) and type(f).__name__ not in ('SearchVectorField', 'CompositePrimaryKey')]


def value(model, field, at):
    if field.remote_field:
        to = field.remote_field.model
        if to._meta.label == 'contenttypes.ContentType':
            from django.contrib.contenttypes.models import ContentType
            return ContentType.objects.get_for_model(own_models()[0])
        if to is model:
            return None
        if field.null and at % 3 == 2:
            return None
        first = to._default_manager.order_by('pk').first()
        return make(to, at) if field.unique or first is None or at % 2 else first
    if field.name in must_be_alone(model):
        return alone(field)
    if field.name == 'object_id':
        return own_models()[0]._default_manager.order_by('pk').values_list('pk', flat=True).first() or 1
    if field.null and at % 3 == 2:
        return None
    choice = samples(field)
    return choice[at % len(choice)]


def build(model, at):
    """A row that is not saved, with the values of a number: two of one number are alike wherever they may."""
    one = model()
    for field in written(model):
        if (getattr(field, 'db_default', models.NOT_PROVIDED) is not models.NOT_PROVIDED or field.primary_key) and at % 2 == 0 and field.has_default() or \
                getattr(field, 'db_default', models.NOT_PROVIDED) is not models.NOT_PROVIDED and at % 2 == 0:
            continue
        setattr(one, field.name, value(model, field, at))
    return one


def make(model, at):
    one = build(model, at)
    one.save(force_insert=True)
    return one


class Exercise(object):
    """Runs steps, each in a transaction of its own, and keeps what went wrong. The second time there are rows of the first, where nobody has removed them."""

    def __init__(self, again=False):
        self.wrong, self.again = [], again

    def step(self, name, do):
        try:
            with transaction.atomic():
                result = do()
                with connection.cursor() as cursor:
                    cursor.execute('set constraints all immediate')
            return result
        except Exception as e:
            self.wrong.append('%s: %s: %s' % (name, type(e).__name__, (str(e).strip().splitlines() or [''])[0]))

    def run(self):
        for model in own_models():
            self.orm(model)
        self.client = None
        for model in own_models():
            self.pages(model)
        return self.wrong

    def orm(self, model):
        name, objects = model._meta.label, model._default_manager
        made = [self.step('create %s %d' % (name, at), lambda: make(model, at)) for at in (0, 1, 2, 0, 1, 3)]
        made = [one for one in made if one is not None]
        if isinstance(model._meta.pk, models.AutoField) and not model._meta.parents:
            self.step('create %s with a key' % name, lambda: self.keyed(model))
        self.step('bulk create %s' % name, lambda: objects.bulk_create([build(model, 0), build(model, 1)]) if len(model._meta.parents) == 0 else None)
        for one in made:
            self.step('read %s' % name, lambda: self.same(model, one))
        for field in model._meta.concrete_fields:
            for one in made[:2]:
                self.step('find %s by %s' % (name, field.name), lambda: self.finds(objects, field, one))
            self.step('order %s by %s' % (name, field.name), lambda: list(objects.order_by(field.name)[:5]))
            if isinstance(field, (models.CharField, models.TextField)):
                self.step('search %s by %s' % (name, field.name), lambda: list(objects.filter(**{field.name + '__icontains': 'a'})[:5]))
        for at, one in enumerate(made[:3]):
            self.step('update %s' % name, lambda: self.changes(model, one, at + 1))
        for field in model._meta.many_to_many:
            if made and field.remote_field.through._meta.auto_created:
                self.step('link %s by %s' % (name, field.name), lambda: self.links(made[0], field))
        for relation in [f for f in model._meta.private_fields if type(f).__name__ == 'GenericRelation']:
            self.step('relate %s by %s' % (name, relation.name), lambda: self.relates(objects, relation))
        if len(made) > 2:
            self.step('delete %s' % name, lambda: made[-1].delete())

    def keyed(self, model):
        """As from a fixture."""
        one = build(model, 0)
        one.pk = 30000 + next(counter) % 2000
        one.save(force_insert=True)

    def same(self, model, one):
        again = model._default_manager.get(pk=one.pk)
        for field in written(model):
            mine, theirs = getattr(one, field.attname), getattr(again, field.attname)
            if type(mine).__name__ in ('DatabaseDefault',) or field.remote_field:
                continue
            if mine != theirs or type(mine) is not type(theirs) and mine is not None and not isinstance(mine, (memoryview, bytes)) and not isinstance(theirs, memoryview):
                if isinstance(theirs, memoryview) and bytes(theirs) == mine:
                    continue
                raise AssertionError('%s was %r and is %r' % (field.name, mine, theirs))
        for field in model._meta.concrete_fields:
            if getattr(field, 'generated', False) and getattr(again, field.attname) is None:
                raise AssertionError('%s is not computed' % field.name)

    def finds(self, objects, field, one):
        if field.get_internal_type() in ('JSONField', 'BinaryField') or type(field).__name__ == 'SearchVectorField':
            return
        sought = getattr(objects.get(pk=one.pk), field.attname)
        if sought is not None and not objects.filter(**{field.attname: sought}).filter(pk=one.pk).exists():
            raise AssertionError('is not found by %r' % (sought,))

    def changes(self, model, one, at):
        for field in written(model):
            if not field.primary_key:
                setattr(one, field.name, value(model, field, at))
        one.save()
        self.same(model, one)

    def links(self, one, field):
        other, manager = make(field.remote_field.model, 1), getattr(one, field.name)
        manager.add(other)
        assert other in list(manager.all())
        manager.remove(other)

    def relates(self, objects, relation):
        if not self.again:
            getattr(objects.order_by('pk').first(), relation.name).create()
        if not objects.filter(**{relation.name + '__isnull': False}).exists():
            raise AssertionError('what belonged to it is not found')

    def pages(self, model):
        if self.client is None:
            self.client = self.step('log in', self.logs_in)
        if self.client is None:
            return
        path = '/admin/%s/%s/' % (model._meta.app_label, model._meta.model_name)
        self.step('list %s' % path, lambda: self.asks('get', path + '?q=a'))
        self.step('add %s' % path, lambda: self.sends(model, path + 'add/', build(model, 1)))
        one = self.step('find %s' % path, lambda: model._default_manager.order_by('-pk').first())
        if one is not None:
            self.step('change %s' % path, lambda: self.sends(model, path + '%s/change/' % one.pk, one))
            self.step('delete %s' % path, lambda: self.asks('post', path + '%s/delete/' % one.pk, {'post': 'yes'}))

    def logs_in(self):
        from django.contrib.auth import get_user_model
        from django.test import Client
        user = get_user_model().objects.filter(is_superuser=True).first() or get_user_model().objects.create_superuser(**{get_user_model().USERNAME_FIELD: 'root', 'password': 'x', 'email': 'root@example.com'})
        client = Client(raise_request_exception=True)
        client.force_login(user)
        return client

    def asks(self, method, path, data=None):
        answer = getattr(self.client, method)(path, data)
        if answer.status_code not in ((200,) if method == 'get' else (302,)):
            form = answer.context and answer.context.get('adminform')
            raise AssertionError('status %d %s' % (answer.status_code, dict(form.form.errors) if form else ''))

    def sends(self, model, path, one):
        self.asks('get', path)
        answer = self.client.get(path)
        request, data = answer.wsgi_request, {'_save': 'Save'}
        form = admin.site._registry[model].get_form(request)(instance=one)
        for bound in form:
            given = bound.value()
            decompress = getattr(bound.field.widget, 'decompress', None) or getattr(getattr(bound.field.widget, 'widget', None), 'decompress', None)
            if isinstance(given, bool):
                data.update({bound.html_name: 'on'} if given else {})
            elif isinstance(given, datetime.datetime) and decompress:
                for number, part in enumerate(decompress(given)):
                    data['%s_%d' % (bound.html_name, number)] = part.isoformat() if part else ''
            elif given is not None:
                data[bound.html_name] = [getattr(g, 'pk', g) for g in given] if isinstance(given, (list, tuple)) else given
        self.asks('post', path, data)


def register():
    """Has an admin page for each model."""
    for model in own_models():
        if not admin.site.is_registered(model):
            search = [f.name for f in model._meta.concrete_fields if isinstance(f, (models.CharField, models.TextField))]
            admin.site.register(model, type('Admin', (admin.ModelAdmin,), {'search_fields': search, 'list_display': ['pk'] + [f.name for f in model._meta.concrete_fields if not f.primary_key]}))
