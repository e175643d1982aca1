"""Migrations of all kinds, each with the code before it and the code after it. What old code makes of the schema after is not said here: it is found out.

A case is book(...), lines of fields of one model before and after, or case(...), whole modules, or operations where Django would have to ask. `of` is what
the case is taken from: M for the codes of django-migration-linter, Z for the table of django-pg-zero-downtime-migrations, S for strong_migrations' list, Q for squawk's rules, D for Django itself."""

CASES = []
HEAD = 'from django.db import models\n'
BOOK = 'class Book(models.Model):\n    title = models.CharField(max_length=50)\n'
AUTHOR = 'class Author(models.Model):\n    name = models.CharField(max_length=40)\n'


def case(name, kind, of, old, new=None, ops='', **more):
    CASES.append(dict(more, name=name, kind=kind, of=of, old=code(old), new=code(old if new is None else new), ops=ops))


def code(text):
    """The modules of models by app."""
    return dict((app, HEAD + models) for app, models in (text if isinstance(text, dict) else {'shop': text}).items())


def book(name, kind, of, was, becomes, ops='', above='', **more):
    """A change of one model's fields: lines, each a field."""
    def whole(lines):
        return above + BOOK + ''.join('    %s\n' % line for line in lines.split('\n') if line)
    case(name, kind, of, whole(was), whole(becomes), ops, **more)


ADDS, DEFAULTS, REMOVES, MORE, CONSTRAINS, RENAMES, OTHER = 'adds', 'adds NOT NULL', 'removes', 'removes and more', 'constrains', 'renames', 'other'
YEAR, PRICE = 'year = models.IntegerField(default=0)', 'price = models.DecimalField(max_digits=6, decimal_places=2, default=0)'

# Only adds.
book('a column that may be NULL', ADDS, 'Z S Q', '', 'year = models.IntegerField(null=True)')
book('a text column with db_default', ADDS, 'Z Q D', '', 'state = models.CharField(max_length=9, db_default="new")', since='5.0')
book('a computed db_default', ADDS, 'D', '', 'made = models.DateTimeField(db_default=models.functions.Now())', since='5.0')
book('a foreign key that may be NULL', ADDS, 'Z S Q', '', 'author = models.ForeignKey("Author", models.CASCADE, null=True)', above=AUTHOR)
book('a one-to-one that may be NULL', ADDS, 'Z', '', 'author = models.OneToOneField("Author", models.SET_NULL, null=True)', above=AUTHOR)
book('a unique column that may be NULL', ADDS, 'M:ADD_UNIQUE Z', '', 'isbn = models.CharField(max_length=13, null=True, unique=True)')
book('a JSON column that may be NULL', ADDS, 'S', '', 'data = models.JSONField(null=True)')
book('an array that may be NULL', ADDS, 'D', '', 'tags = ArrayField(models.CharField(max_length=9), null=True)', above='from django.contrib.postgres.fields import ArrayField\n')
case('a table', ADDS, 'Z', BOOK, BOOK + AUTHOR)
case('a table that points to an old one', ADDS, 'Z Q', BOOK, BOOK + 'class Review(models.Model):\n    book = models.ForeignKey(Book, models.CASCADE)\n')
case('a table that inherits from an old one', ADDS, 'D', BOOK, BOOK + 'class Comic(Book):\n    colour = models.BooleanField(default=True)\n')
case('a proxy', ADDS, 'D', BOOK, BOOK + 'class Old(Book):\n    class Meta:\n        proxy = True\n')
book('a many-to-many', ADDS, 'Z', '', 'authors = models.ManyToManyField("Author")', above=AUTHOR)
case('an index', ADDS, 'M:CREATE_INDEX S Q', BOOK, BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_i")]\n')
case('an index that is made concurrently', ADDS, 'M:CREATE_INDEX Z S', BOOK, BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_i")]\n',
     'AddIndexConcurrently("book", models.Index(fields=["title"], name="title_i"))', atomic=False)
case('a partial index', ADDS, 'D', BOOK, BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_i", condition=models.Q(title__gt="m"))]\n')
case('a functional index', ADDS, 'D', BOOK, BOOK + '    class Meta:\n        indexes = [models.Index(models.functions.Lower("title"), name="lower_i")]\n')
case('a functional index that may fail', ADDS, 'D', BOOK, ops='migrations.RunSQL("create index number_i on shop_book ((title::integer))")', empty=True)
book('db_index', ADDS, 'M:CREATE_INDEX Z', YEAR, 'year = models.IntegerField(default=0, db_index=True)')
book('a longer varchar', ADDS, 'Z S Q', 'name = models.CharField(max_length=20)', 'name = models.CharField(max_length=30)')
book('varchar to text', ADDS, 'Z S Q', 'name = models.CharField(max_length=20)', 'name = models.TextField()')
book('more digits', ADDS, 'Z S', PRICE, PRICE.replace('6', '9'))
book('NULL allowed', ADDS, 'Z Q', YEAR, 'year = models.IntegerField(null=True)')
book('other words for a field', ADDS, 'Z', YEAR, 'year = models.IntegerField(default=0, verbose_name="Year", help_text="of print")')
book('more choices', ADDS, 'D', 'state = models.CharField(max_length=1, choices=[("a", "A")])', 'state = models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")])')
book('another default', ADDS, 'Z S', YEAR, 'year = models.IntegerField(default=7)')
book('a generated column', ADDS, 'D', YEAR, YEAR + '\nnext = models.GeneratedField(expression=models.F("year") * 1.5, output_field=models.FloatField(), db_persist=True)', since='5.0')
book('a generated column that may fail', ADDS, 'D', '', 'number = models.GeneratedField(expression=models.functions.Cast("title", models.IntegerField()), output_field=models.IntegerField(), db_persist=True)',
     since='5.0', empty=True)
case('a permission', ADDS, 'D', BOOK, BOOK + '    class Meta:\n        permissions = [("read_book", "Can read")]\n')
case('the order of a model', ADDS, 'D', BOOK, BOOK + '    class Meta:\n        ordering = ["title"]\n')
book('smallint to integer', ADDS, 'Z S Q', 'year = models.SmallIntegerField(default=0)', YEAR)
book('integer to bigint', ADDS, 'M:ALTER_COLUMN S Q', YEAR, 'year = models.BigIntegerField(default=0)')
case('AutoField to BigAutoField', ADDS, 'Z S Q', BOOK + '    id = models.AutoField(primary_key=True)\n', BOOK)
case('an extension', ADDS, 'D', BOOK, ops='TrigramExtension()')
case('a view', ADDS, 'D', BOOK, ops='migrations.RunSQL("create view titles as select title from shop_book", "drop view titles")')
case('Python code', ADDS, 'M:RUNPYTHON_REVERSIBLE', BOOK, ops='migrations.RunPython(lambda apps, editor: apps.get_model("shop", "Book").objects.count())')
case('Python code that needs a row', ADDS, 'M:RUNPYTHON_MODEL_IMPORT', BOOK, ops='migrations.RunPython(lambda apps, editor: apps.get_model("shop", "Book").objects.order_by("pk")[0].pk, migrations.RunPython.noop)')
case('SQL for rows', ADDS, 'M:RUNSQL_REVERSIBLE', BOOK, ops='migrations.RunSQL("update shop_book set title = title")')
case('a constraint on a column that is new and may be NULL', ADDS, 'D', BOOK, BOOK + '    year = models.IntegerField(null=True)\n    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(year__gt=0), name="year_c")]\n')
case('unique together with a column that is new and NULL', ADDS, 'D', BOOK, BOOK + '    shelf = models.IntegerField(null=True)\n    class Meta:\n        constraints = [models.UniqueConstraint(fields=["title", "shelf"], name="shelf_u")]\n')
case('a trigger that fills a search vector', ADDS, 'D', 'from django.contrib.postgres.search import SearchVectorField\n' + BOOK, 'from django.contrib.postgres.search import SearchVectorField\n' + BOOK + '    words = SearchVectorField(null=True)\n',
     'migrations.AddField("book", "words", SearchVectorField(null=True)), migrations.RunSQL("create trigger words_t before insert or update on shop_book for each row execute function tsvector_update_trigger(words, \'pg_catalog.english\', title)")')
HEADS = 'from django.db import migrations, models\nclass Migration(migrations.Migration):\n'
SQUASHED = HEADS + '    replaces = [("shop", "0001_initial"), ("shop", "0002_new")]\n    initial = True\n    dependencies = []\n    operations = [migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=50)), ("year", models.IntegerField(null=True))])]\n'
case('squashed migrations', ADDS, 'D', BOOK, BOOK + '    year = models.IntegerField(null=True)\n', 'migrations.AddField("book", "year", models.IntegerField(null=True))', extra={'shop/migrations/0001_squashed.py': SQUASHED})
MERGED = {'shop/migrations/0002_other.py': HEADS + '    dependencies = [("shop", "0001_initial")]\n    operations = [migrations.AddField("book", "year", models.IntegerField(null=True))]\n',
          'shop/migrations/0003_merge.py': HEADS + '    dependencies = [("shop", "0002_new"), ("shop", "0002_other")]\n    operations = []\n'}
case('two branches that are merged', ADDS, 'D', BOOK, BOOK + '    year = models.IntegerField(null=True)\n    pages = models.IntegerField(null=True)\n', 'migrations.AddField("book", "pages", models.IntegerField(null=True))', extra=MERGED)

# A column that is NOT NULL, with a default that Django takes away again.
book('a number with a default', DEFAULTS, 'M:NOT_NULL Z S Q', '', YEAR)
book('a text with a default', DEFAULTS, 'M:NOT_NULL Z S', '', 'state = models.CharField(max_length=9, default="new")')
book('an empty text', DEFAULTS, 'M:NOT_NULL', '', 'note = models.TextField(blank=True, default="")')
book('a flag', DEFAULTS, 'M:NOT_NULL S', '', 'sold = models.BooleanField(default=False)')
book('a moment', DEFAULTS, 'S', '', 'made = models.DateTimeField(default=timezone.now)', above='from django.utils import timezone\n')
book('auto_now', DEFAULTS, 'D', '', 'made = models.DateTimeField(auto_now=True)', ops='migrations.AddField("book", "made", models.DateTimeField(auto_now=True, default=timezone.now), preserve_default=False)')
book('a list in JSON', DEFAULTS, 'S', '', 'data = models.JSONField(default=list)')
book('a foreign key with a default', DEFAULTS, 'Z Q', '', 'author = models.ForeignKey("Author", models.CASCADE, default=1)', above=AUTHOR)
book('a UUID for each row', DEFAULTS, 'S', '', 'key = models.UUIDField(default=uuid.uuid4)', above='import uuid\n')
book('a default for once', DEFAULTS, 'M:NOT_NULL', '', YEAR.replace('default=0', ''), 'migrations.AddField("book", "year", models.IntegerField(default=5), preserve_default=False)')
book('a positive number with a default', DEFAULTS, 'Z', '', 'pages = models.PositiveIntegerField(default=0)')
FILLED = 'migrations.AddField("book", "%s", %s), migrations.RunPython(migrations.RunPython.noop), migrations.AlterField("book", "%s", %s)'
book('a column that is added, filled and then NOT NULL', DEFAULTS, 'Z S', '', YEAR, FILLED % ('year', 'models.IntegerField(null=True)', 'year', 'models.IntegerField(default=0)'))
book('the same with a default all along', DEFAULTS, 'Z S', '', YEAR, FILLED % ('year', 'models.IntegerField(default=0, null=True)', 'year', 'models.IntegerField(default=0)'))
book('the same with the moment', DEFAULTS, 'Z S', '', 'made = models.DateTimeField(auto_now_add=True)', FILLED % ('made', 'models.DateTimeField(auto_now_add=True, null=True)', 'made', 'models.DateTimeField(auto_now_add=True)'))
book('the same with an empty text', DEFAULTS, 'Z S', '', 'note = models.CharField(max_length=9, blank=True)', FILLED % ('note', 'models.CharField(max_length=9, blank=True, null=True)', 'note', 'models.CharField(max_length=9, blank=True)'), empty=True)
book('the same with a list', DEFAULTS, 'Z S', '', 'tags = models.JSONField(default=list)', FILLED % ('tags', 'models.JSONField(default=list, null=True)', 'tags', 'models.JSONField(default=list)'))
book('the same without a default', DEFAULTS, 'Z S', '', 'year = models.IntegerField()', FILLED % ('year', 'models.IntegerField(null=True)', 'year', 'models.IntegerField()'), empty=True)
book('the same with a code of its own for each row', DEFAULTS, 'Z S', '', 'key = models.UUIDField(default=uuid.uuid4, unique=True)', FILLED % ('key', 'models.UUIDField(default=uuid.uuid4, null=True)', 'key', 'models.UUIDField(default=uuid.uuid4, unique=True)'), above='import uuid\n', empty=True)
book('a unique UUID for each row', DEFAULTS, 'M:ADD_UNIQUE', '', 'key = models.UUIDField(default=uuid.uuid4, unique=True)', above='import uuid\n', empty=True)
book('a unique text with a default', DEFAULTS, 'M:ADD_UNIQUE S', '', 'isbn = models.CharField(max_length=13, unique=True, default="-")', empty=True)

# Only removes.
book('a column', REMOVES, 'M:DROP_COLUMN Z S Q', YEAR, '')
book('a column that is kept in the database', REMOVES, 'D S', 'year = models.IntegerField(null=True)', '', 'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("book", "year")])')
case('a table', REMOVES, 'M:DROP_TABLE Z S Q', BOOK + AUTHOR, BOOK)
case('a table that is kept in the database', REMOVES, 'D', BOOK + AUTHOR, BOOK, 'migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Author")])')
book('a many-to-many', REMOVES, 'M:DROP_TABLE', 'authors = models.ManyToManyField("Author", blank=True)', '', above=AUTHOR)
case('an index', REMOVES, 'M:DROP_INDEX S Q', BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_i")]\n', BOOK)
book('unique', REMOVES, 'Z', 'isbn = models.IntegerField(unique=True)', 'isbn = models.IntegerField()')
case('a check', REMOVES, 'Z', BOOK + '    ' + YEAR + '\n    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(year__gt=-99), name="year_c")]\n', BOOK + '    ' + YEAR + '\n')
book('a foreign key\'s constraint', REMOVES, 'Z', 'author = models.ForeignKey("Author", models.CASCADE)', 'author = models.ForeignKey("Author", models.CASCADE, db_constraint=False)', above=AUTHOR)
book('a database default that old code needs', REMOVES, 'D', 'state = models.CharField(max_length=9, db_default="new")', 'state = models.CharField(max_length=9)', since='5.0')
case('an extension that nothing uses', REMOVES, 'D', BOOK, ops='migrations.RunSQL("drop extension citext")', before='create extension citext')
case('a model that inherits from another', REMOVES, 'D', BOOK + 'class Comic(Book):\n    colour = models.BooleanField(default=True)\n', BOOK)
WITH_YEAR = BOOK + '    ' + YEAR + '\n'
case('a column that was unique together with another', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        unique_together = [("title", "year")]\n', BOOK)
case('a column that was unique together, with a default that a push has left', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        unique_together = [("title", "year")]\n', BOOK, before='alter table shop_book alter column year set default 0')
case('a column of a constraint', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        constraints = [models.UniqueConstraint(fields=["title", "year"], name="year_u")]\n', BOOK)
case('a column with its index', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        indexes = [models.Index(fields=["year"], name="year_i")]\n', BOOK)
case('a column with its check', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(year__gt=-99), name="year_c")]\n', BOOK)
case('a column whose default its check forbids', REMOVES, 'M:DROP_COLUMN', WITH_YEAR.replace('=0', '=-100') + '    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(year__gt=-99), name="year_c")]\n', BOOK)
case('a column, and a check of others', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    ' + PRICE + '\n    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(price__gt=-99), name="price_c")]\n', BOOK + '    ' + PRICE + '\n')
case('a column, and another is no longer unique', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        constraints = [models.UniqueConstraint(fields=["title"], name="title_u")]\n', BOOK)
case('a column with its partial index', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        indexes = [models.Index(fields=["title"], condition=models.Q(year=3), name="year_i")]\n', BOOK)
case('a column, and other words for another', REMOVES, 'M:DROP_COLUMN', WITH_YEAR, BOOK.replace('50', '50, verbose_name="Title"'))
case('a column by which rows were in order', REMOVES, 'M:DROP_COLUMN', WITH_YEAR + '    class Meta:\n        ordering = ["year"]\n', BOOK)
book('a column that was unique', REMOVES, 'M:DROP_COLUMN', 'isbn = models.CharField(max_length=13, unique=True)', '')
book('a column that may be NULL', REMOVES, 'M:DROP_COLUMN Z S Q', 'year = models.IntegerField(null=True)', '')
book('a column with db_default', REMOVES, 'M:DROP_COLUMN', 'state = models.CharField(max_length=9, db_default="new")', '', since='5.0')
book('a column that may be NULL before it goes', REMOVES, 'M:DROP_COLUMN D', YEAR, '', 'migrations.AlterField("book", "year", models.IntegerField(null=True)), migrations.RunPython(migrations.RunPython.noop), migrations.RemoveField("book", "year")')
book('a foreign key', REMOVES, 'M:DROP_COLUMN Z', 'author = models.ForeignKey("Author", models.CASCADE)', '', above=AUTHOR)
case('a foreign key with its table', REMOVES, 'M:DROP_TABLE', AUTHOR + BOOK + '    author = models.ForeignKey(Author, models.CASCADE)\n', BOOK)
case('a table that points to one that stays', REMOVES, 'M:DROP_TABLE', BOOK + 'class Review(models.Model):\n    book = models.ForeignKey(Book, models.CASCADE)\n', BOOK)

# Removes, and does something else besides: 98 of the 3,115, beside 119 that only remove.
case('a column, and another is longer', MORE, 'M:DROP_COLUMN', WITH_YEAR, BOOK.replace('50', '60'))
case('a column in place of which another comes', MORE, 'M:DROP_COLUMN', WITH_YEAR, BOOK + '    since = models.IntegerField(null=True)\n', 'migrations.RemoveField("book", "year"), migrations.AddField("book", "since", models.IntegerField(null=True))')
case('a column, and another may be NULL', MORE, 'M:DROP_COLUMN', WITH_YEAR + '    ' + PRICE + '\n', WITH_YEAR.replace(YEAR, PRICE.replace('default=0', 'null=True')))

# Constrains.
book('NOT NULL', CONSTRAINS, 'M:NOT_NULL Z S Q', 'year = models.IntegerField(null=True)', YEAR)
book('unique', CONSTRAINS, 'M:ADD_UNIQUE Z S Q', YEAR, 'year = models.IntegerField(default=0, unique=True)', empty=True)
case('unique together', CONSTRAINS, 'M:ADD_UNIQUE', BOOK + '    ' + YEAR + '\n', BOOK + '    ' + YEAR + '\n    class Meta:\n        unique_together = [("title", "year")]\n', empty=True)
case('unique together with the key', CONSTRAINS, 'D', BOOK, BOOK + '    class Meta:\n        constraints = [models.UniqueConstraint(fields=["id", "title"], name="both_u")]\n')
book('unique, and then unique together with a column that is new', CONSTRAINS, 'D', 'isbn = models.IntegerField(unique=True)', 'isbn = models.IntegerField()\nshelf = models.IntegerField(default=1)\nclass Meta:\n        unique_together = [("isbn", "shelf")]')
case('unique together, and then with one column more', CONSTRAINS, 'D', BOOK + '    ' + YEAR + '\n    class Meta:\n        unique_together = [("title", "year")]\n', BOOK + '    ' + YEAR + '\n    shelf = models.IntegerField(null=True)\n    class Meta:\n        unique_together = [("title", "year", "shelf")]\n')
case('unique together, and then with one column less', CONSTRAINS, 'D', BOOK + '    ' + YEAR + '\n    class Meta:\n        unique_together = [("title", "year")]\n', BOOK + '    ' + YEAR + '\n    class Meta:\n        unique_together = [("title",)]\n', empty=True)
case('unique by lower case', CONSTRAINS, 'D', BOOK + '    class Meta:\n        constraints = [models.UniqueConstraint(fields=["title"], name="t_u")]\n', BOOK + '    class Meta:\n        constraints = [models.UniqueConstraint(fields=["title"], name="t_u"), models.UniqueConstraint(models.functions.Substr("title", 1, 1), name="lower_u")]\n', empty=True)
case('unique in part', CONSTRAINS, 'D', BOOK + '    ' + YEAR + '\n', BOOK + '    ' + YEAR + '\n    class Meta:\n        constraints = [models.UniqueConstraint(fields=["title"], condition=models.Q(year=3), name="part_u")]\n', empty=True)
case('a check', CONSTRAINS, 'M:- S Q', BOOK + '    ' + YEAR + '\n', BOOK + '    ' + YEAR + '\n    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(year__gte=0), name="year_c")]\n', empty=True)
case('a check that is not valid yet', CONSTRAINS, 'S Q', BOOK + '    ' + YEAR + '\n', ops='migrations.RunSQL("alter table shop_book add constraint year_c check (year >= 0) not valid")')
ONE_OF = BOOK + '    pen = models.IntegerField(%s)\n'
case('a check of which columns are NULL, one of which is new', CONSTRAINS, 'D', ONE_OF % 'default=0', ONE_OF % 'null=True' + '    ink = models.IntegerField(null=True)\n    class Meta:\n        constraints = [models.CheckConstraint(%s='
     'models.Q(pen__isnull=False, ink__isnull=True) | models.Q(pen__isnull=True, ink__isnull=False), name="one_c")]\n')
TWO_OF = ONE_OF % 'null=True' + '    ink = models.IntegerField(null=True)\n'
BOTH = '    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(pen__isnull=True, ink__isnull=True) | models.Q(pen__isnull=False, ink__isnull=False), name="both_c")]\n'
case('a check of which columns are NULL, and then with one column more', CONSTRAINS, 'D', TWO_OF + BOTH, TWO_OF + '    wax = models.IntegerField(null=True)\n' + BOTH.replace('ink__isnull=False)', 'ink__isnull=False, wax__isnull=True)'))
case('a check of which columns are NULL, that allows less', CONSTRAINS, 'D', TWO_OF, TWO_OF + '    class Meta:\n        constraints = [models.CheckConstraint(%s=models.Q(pen__isnull=True) | models.Q(ink__isnull=True), name="one_c")]\n', empty=True)
book('an enum-like check', CONSTRAINS, 'S', 'state = models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")])', 'state = models.CharField(max_length=1, choices=[("a", "A")])',
     'migrations.AddConstraint("book", models.CheckConstraint(%s=models.Q(state__in=["a"]), name="state_c"))', empty=True)
book('a positive number', CONSTRAINS, 'Z', YEAR, 'year = models.PositiveIntegerField(default=0)', empty=True)
case('an exclusion', CONSTRAINS, 'Z', BOOK, ops='BtreeGistExtension(), migrations.RunSQL("alter table shop_book add constraint title_x exclude using gist (title with =)")', empty=True)
book('a foreign key in place of a number', CONSTRAINS, 'S Q', 'author_id = models.BigIntegerField(default=0)', 'author = models.ForeignKey("Author", models.CASCADE)',
     'migrations.SeparateDatabaseAndState([migrations.RunSQL("alter table shop_book add constraint a_f foreign key (author_id) references shop_author")], [migrations.RemoveField("book", "author_id"), migrations.AddField("book", "author", models.ForeignKey("shop.Author", models.CASCADE, default=1))])', above=AUTHOR, empty=True)
book('a foreign key to another table', CONSTRAINS, 'D', 'by = models.ForeignKey("Author", models.CASCADE, null=True)', 'by = models.ForeignKey("Firm", models.CASCADE, null=True)', above=AUTHOR + AUTHOR.replace('Author', 'Firm'), empty=True)
case('a trigger that refuses', CONSTRAINS, 'D', BOOK, ops='migrations.RunSQL("create function refuse() returns trigger language plpgsql as $$ begin if new.title = \'aB\' then raise exception \'no\'; end if; return new; end $$; create trigger refuse_t before insert on shop_book for each row execute function refuse()")')
book('a shorter varchar', CONSTRAINS, 'M:ALTER_COLUMN Z S Q', 'name = models.CharField(max_length=30)', 'name = models.CharField(max_length=20)', empty=True)
book('text to varchar', CONSTRAINS, 'M:ALTER_COLUMN Q', 'name = models.TextField()', 'name = models.CharField(max_length=200)', empty=True)
book('NOT NULL that the code had promised', CONSTRAINS, 'S', YEAR, YEAR, 'migrations.RunSQL("alter table shop_book alter column year set not null")', before='alter table shop_book alter column year drop not null')

# Renames.
book('a field', RENAMES, 'M:RENAME_COLUMN Z S Q', YEAR, YEAR.replace('year', 'since'), 'migrations.RenameField("book", "year", "since")')
book('a field, not its column', RENAMES, 'D', YEAR, 'since = models.IntegerField(default=0, db_column="year")', 'migrations.RenameField("book", "year", "since"), migrations.AlterField("book", "since", models.IntegerField(default=0, db_column="year"))')
case('a model', RENAMES, 'M:RENAME_TABLE Z S Q', BOOK, BOOK.replace('Book', 'Work'), 'migrations.RenameModel("Book", "Work")')
case('a model, not its table', RENAMES, 'D', BOOK + '    class Meta:\n        db_table = "books"\n', BOOK.replace('Book', 'Work') + '    class Meta:\n        db_table = "books"\n', 'migrations.RenameModel("Book", "Work")')
case('a table', RENAMES, 'M:RENAME_TABLE', BOOK, BOOK + '    class Meta:\n        db_table = "books"\n')
case('an index', RENAMES, 'D', BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_i")]\n', BOOK + '    class Meta:\n        indexes = [models.Index(fields=["title"], name="title_j")]\n', 'migrations.RenameIndex("book", "title_j", old_name="title_i")')
book('a field of a foreign key', RENAMES, 'M:RENAME_COLUMN', 'author = models.ForeignKey("Author", models.CASCADE)', 'by = models.ForeignKey("Author", models.CASCADE)', 'migrations.RenameField("book", "author", "by")', above=AUTHOR)
GENERIC = ('from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation\n' + BOOK + '    tags = GenericRelation("Tag")\n    class Meta:\n        db_table = "books"\n'
           'class Tag(models.Model):\n    content_type = models.ForeignKey("contenttypes.ContentType", models.CASCADE)\n    object_id = models.BigIntegerField()\n    to = GenericForeignKey()\n')
case('a model to which rows of any model point', RENAMES, 'D', GENERIC, GENERIC.replace('Book', 'Work'), 'migrations.RenameModel("Book", "Work")')
case('a renamed app\'s tables', RENAMES, 'D', {'shop': BOOK}, {'shop': '', 'store': BOOK}, {'shop': 'migrations.SeparateDatabaseAndState([migrations.RunSQL("alter table shop_book rename to store_book")], [migrations.DeleteModel("Book")])',
     'store': 'migrations.SeparateDatabaseAndState([], [migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=50))])])'})
case('a model that goes to another app with its table', RENAMES, 'D', {'shop': BOOK + '    class Meta:\n        db_table = "books"\n'}, {'shop': '', 'store': BOOK + '    class Meta:\n        db_table = "books"\n'}, {'shop': 'migrations.SeparateDatabaseAndState([], [migrations.DeleteModel("Book")])',
     'store': 'migrations.SeparateDatabaseAndState([], [migrations.CreateModel("Book", [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=50))], {"db_table": "books"})])'})

# What else there is.
book('integer to text', OTHER, 'M:ALTER_COLUMN Z S Q', YEAR, 'year = models.CharField(max_length=9)', empty=True)
book('integer to numeric', OTHER, 'M:ALTER_COLUMN Z', YEAR, 'year = models.DecimalField(max_digits=12, decimal_places=2, default=0)')
book('bigint to integer', OTHER, 'M:ALTER_COLUMN Q', 'year = models.BigIntegerField(default=0)', YEAR, empty=True)
book('a date to a moment', OTHER, 'M:ALTER_COLUMN S Q', 'on = models.DateField()', 'on = models.DateTimeField()')
book('text to JSON', OTHER, 'M:ALTER_COLUMN S', 'data = models.TextField(default="{}")', 'data = models.JSONField(default=dict)', 'migrations.RunSQL("alter table shop_book alter column data type jsonb using to_jsonb(data)", state_operations=[migrations.AlterField("book", "data", models.JSONField(default=dict))])', empty=True)
book('a custom field', OTHER, 'D', 'size = Size()', 'size = Size(digits=12)', above='class Size(models.Field):\n    def __init__(self, digits=10, **k):\n        self.digits = digits\n        super().__init__(**k)\n    def db_type(self, connection):\n        return "numeric(%d,0)" % self.digits\n'
     '    def get_internal_type(self):\n        return "IntegerField"\n    def from_db_value(self, value, *a):\n        return int(value)\n    def deconstruct(self):\n        n, p, a, k = super().deconstruct()\n        return n, p, a, dict(k, digits=self.digits)\n')
WROTE = 'class Wrote(models.Model):\n    book = models.ForeignKey(Book, models.CASCADE)\n    author = models.ForeignKey(Author, models.CASCADE)\n    role = models.CharField(max_length=9)\n    class Meta:\n        db_table = "shop_book_authors"\n'
case('a many-to-many with a table of its own', OTHER, 'D', AUTHOR + BOOK + '    authors = models.ManyToManyField(Author, blank=True)\n', AUTHOR + BOOK + '    authors = models.ManyToManyField(Author, through="Wrote", blank=True)\n' + WROTE,
     'migrations.SeparateDatabaseAndState([migrations.RunSQL("alter table shop_book_authors add column role varchar(9) not null")], [migrations.CreateModel("Wrote", [("id", models.BigAutoField(primary_key=True)), ("book", models.ForeignKey("shop.Book", models.CASCADE)), ("author", models.ForeignKey("shop.Author", models.CASCADE)), ("role", models.CharField(max_length=9))], {"db_table": "shop_book_authors"}), migrations.AlterField("book", "authors", models.ManyToManyField("shop.Author", through="shop.Wrote"))])', empty=True)
case('a view in the place of a table', OTHER, 'D', BOOK, ops='migrations.RunSQL("alter table shop_book rename to works; create view shop_book as select * from works")')
case('a table in another schema', OTHER, 'D', BOOK, ops='migrations.RunSQL("create schema other; alter table shop_book set schema other")')
case('an identity that takes no value', OTHER, 'D', BOOK, ops='migrations.RunSQL("alter table shop_book alter column id set generated always")', since='4.2')
case('a key that is a UUID', OTHER, 'M:ALTER_COLUMN', BOOK, ops='migrations.RunSQL("alter table shop_book drop column id; alter table shop_book add column id uuid primary key default gen_random_uuid()")', empty=True)
case('a collation that is not deterministic', OTHER, 'D', BOOK, ops='CreateCollation("ci", provider="icu", locale="und-u-ks-level2", deterministic=False), migrations.RunSQL("alter table shop_book alter column title type varchar(50) collate ci")')
case('row security', OTHER, 'D', BOOK, ops='migrations.RunSQL("alter table shop_book enable row level security; alter table shop_book force row level security")')
case('an unmanaged model loses a column', OTHER, 'D', BOOK + 'class Stock(models.Model):\n    n = models.IntegerField()\n    class Meta:\n        managed = False\n        db_table = "stock"\n', ops='migrations.RunSQL("alter table stock drop column n")', before='create table stock (id bigserial primary key, n integer not null)')
case('an enum that loses a word', OTHER, 'S', 'class Word(models.Field):\n    def db_type(self, connection):\n        return "word"\n    def get_internal_type(self):\n        return "CharField"\n' + BOOK + '    word = Word(max_length=9, choices=[("a", "A"), ("b", "B")], null=True)\n',
     ops='migrations.RunSQL("alter type word rename value \'b\' to \'c\'")', early='create type word as enum (\'a\', \'b\')')
MEMBER = 'from django.contrib.auth.models import AbstractUser\nclass Member(AbstractUser):\n    pass\n'
case('a user model of the project\'s own gets a column', ADDS, 'D', MEMBER, MEMBER + '    phone = models.CharField(max_length=9, null=True)\n', settings={'AUTH_USER_MODEL': 'shop.Member'}, fresh=True)
case('a user model of the project\'s own loses a column', REMOVES, 'D', MEMBER, MEMBER + '    last_name = None\n', settings={'AUTH_USER_MODEL': 'shop.Member'}, fresh=True)
case('Django itself, from the oldest to this version', OTHER, 'D', BOOK, upgrade=True)
case('two migrations, the second of which mends the first', OTHER, 'D', BOOK, ops='migrations.RunSQL("alter table shop_book rename title to name; alter table shop_book rename name to title")')
