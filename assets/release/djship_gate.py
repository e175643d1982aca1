"""Whether old code can go on with a schema: two catalogues, before a migration and after it, are held against each other where the old code's models read and write. Pure: djship_models and
djship_catalogue say what there is. What is odd in both is no news. Raw SQL of the old code is not seen, nor what a migration does with rows."""
import itertools
import re

BREAK, NOTE = 'break', 'note'


class Finding(object):
    """One thing that old code can't go on with (BREAK), or that somebody should know (NOTE)."""

    def __init__(self, level, kind, table, column, why, split=''):
        self.level, self.kind, self.table, self.column, self.why, self.split = level, kind, table, column, why, split

    def key(self):
        return (self.kind, self.table, self.column, self.why)

    def plain(self):
        return {'level': self.level, 'kind': self.kind, 'table': self.table, 'column': self.column, 'why': self.why, 'split': self.split}


def gate(models, before, after, holds=None):
    """The findings, in order. holds(oid, expression, unknown, alone) tells whether a check of the schema
    after holds for each row that names none of some columns, be it of these alone."""
    found = []
    for quoted, use in sorted(models['tables'].items()):
        oid, old = find(before, quoted)
        if old is not None:
            found += table(Table(quoted, use, oid, old, before, after), holds)
    found += others(models, before, after)
    return found


def find(catalogue, quoted):
    """A table by the name that a model has for it."""
    for oid, one in catalogue['tables'].items():
        if quoted in one['quoted']:
            return oid, one
    return None, None


class Table(object):
    """A table of old models: how it was, how it is, and what is known of it."""

    def __init__(self, quoted, use, oid, old, before, after):
        self.quoted, self.use, self.oid, self.old, self.before, self.after = quoted, use, oid, old, before, after
        self.new_oid, self.new = find(after, quoted)
        self.name = old['name']

    def says(self, level, kind, column, why, split=''):
        return Finding(level, kind, self.name, column, why, split)

    def breaks(self, kind, column, why, split):
        return self.says(BREAK, kind, column, why, split)

    def knows(self, column):
        return column in self.use['columns']

    def writes(self, column):
        return self.knows(column) and self.use['columns'][column].get('writes')

    def unknown(self):
        return [name for name in self.new['columns'] if not self.knows(name)]

    def empty(self, column):
        """Whether a row of old code has NULL there."""
        now = self.new['columns'].get(column)
        return now is not None and not self.knows(column) and not now['default'] and not now['identity'] and not now['generated']

    def distinct(self, column):
        """Whether the database gives each row of old code another value there."""
        now = self.new['columns'].get(column)
        return now is not None and not self.knows(column) and bool(now['identity'] or distinct(now['default']))


def distinct(default):
    """Whether a default of the database is another for each row."""
    return bool(re.match(r'(?:gen_random_uuid\(\)|(?:\w+\.)?uuid_generate_v4\(\)|nextval\()', default or ''))


def table(t, holds):
    if t.new is None:
        return [gone(t)]
    if t.old['kind'] in 'rp' and t.new['kind'] not in 'rp':
        return [t.breaks('view', '', 'is a view, and whether one takes all that old code writes can not be told', CONTRACT)]
    found = []
    for name, use in sorted(t.use['columns'].items()):
        if name in t.old['columns']:
            found += column(t, name, use)
    for name in sorted(t.unknown()):
        found += unknown_column(t, name)
    found += list(rights(t)) + uniques(t) + checks(t, holds) + exclusions(t) + foreign(t) + triggers(t)
    return found


CONTRACT = 'leave it to a later release, which is pushed when no code that needs it is live any more'
EXPAND = 'first add the new one beside it and have the code write both; copy; a later release reads the new one, and the one after that removes the old one'


def gone(t):
    """A table that is not there under its name."""
    now = t.after['tables'].get(t.oid)
    if now is not None:
        moved = now['name'] if now['name'] != t.name else '%s.%s' % (now['schema'], now['name'])
        return t.breaks('table renamed', '', 'is %s, and old code asks for %s' % (moved, t.name), 'keep the name: `db_table = "%s"` in Meta of the model; or %s' % (t.name, EXPAND))
    return t.breaks('table gone', '', 'is gone, and old code reads and writes it', 'take the model out of the code, with SeparateDatabaseAndState for its state alone; ' + CONTRACT)


def column(t, name, use):
    """What has become of a column that old code knows."""
    old, new = t.old['columns'][name], t.new['columns'].get(name)
    if new is None or new['number'] != old['number'] and name_of(t, old['number']) and t.oid == t.new_oid:
        renamed = name_of(t, old['number']) if t.oid == t.new_oid else None
        if renamed:
            return [t.breaks('column renamed', name, 'is %s, and old code names it in each statement' % renamed,
                             'keep the name in the database: `db_column="%s"` on the field; or %s' % (name, EXPAND))]
        if new is None:
            return [t.breaks('column gone', name, 'is gone, and old code names it in each statement',
                             'this release stops to use it and leaves it (a state operation of SeparateDatabaseAndState; NULL or a database default for new rows); ' + CONTRACT)]
    return list(kind_of_column(t, name, use, old, new)) + list(value_of_column(t, name, use, old, new))


def name_of(t, number):
    """The name that a column of a number has after."""
    return next((n for n, c in t.new['columns'].items() if c['number'] == number and n not in t.old['columns']), None)


def kind_of_column(t, name, use, old, new):
    why = type_breaks(old['type'], new['type'], use)
    if why:
        yield t.breaks('type', name, 'is %s where it was %s: %s' % (new['type'], old['type'], why), EXPAND)
    lost = [label for label in old['labels'] if label not in new['labels']]
    if lost and old['type'] == new['type']:
        yield t.breaks('enum', name, 'knows no %s any more, which old code may write' % ', '.join(lost[:5]), 'keep the value until no live code writes it; ' + CONTRACT)
    if old['deterministic'] and not new['deterministic']:
        yield t.breaks('collation', name, 'has a collation that is not deterministic: LIKE fails, and values that were different are equal', EXPAND)
    if set(new['domain']) - set(old['domain']):
        yield t.breaks('check', name, 'is of a domain with another check: %s' % '; '.join(sorted(set(new['domain']) - set(old['domain']))), CHECK)


def value_of_column(t, name, use, old, new):
    supplied = use.get('writes') and not use.get('left')
    if new['generated'] and not old['generated'] and use.get('writes'):
        yield t.breaks('generated', name, 'is computed by the database, and old code writes it', EXPAND)
    elif old['generated'] and not new['generated']:
        yield t.breaks('generated', name, 'is no longer computed by the database, and old code leaves it to that', CONTRACT)
    elif old['generated'] and new['generated'] != old['generated']:
        yield t.says(NOTE, 'generated', name, 'is computed in another way: old code reads other values')
    if new['identity'] == 'a' and old['identity'] != 'a' and use.get('writes'):
        yield t.breaks('identity', name, 'is GENERATED ALWAYS, so that a row with a value for it is refused', 'GENERATED BY DEFAULT, as Django has it')
    had, has = old['default'] or old['identity'] or old['generated'], new['default'] or new['identity'] or new['generated']
    if not supplied and not use.get('writes') is False and had and not has:
        yield t.breaks('default', name, 'has lost its default, which old code leaves it to', 'keep the default in the database; ' + CONTRACT)
    if new['notnull'] and not old['notnull'] and use.get('null'):
        yield t.breaks('not null', name, 'is NOT NULL, and old code may leave it empty',
                       'this release gives each row a value (and fills the empty ones); ' + 'a later release sets NOT NULL, when no code that leaves it empty is live')
    if old['notnull'] and not new['notnull'] and not use.get('null'):
        yield t.says(NOTE, 'null', name, 'may be NULL: old code does not expect that in rows of the new release')


def unknown_column(t, name):
    """A column that old code does not know, and leaves out of its rows."""
    new, old = t.new['columns'][name], t.old['columns'].get(name) if t.oid == t.new_oid else None
    if new['generated']:
        if (old is None or old['generated'] != new['generated']) and may_fail(new['generated']):
            yield t.breaks('generated', name, 'is computed by (%s), which may fail for what old code writes' % short(new['generated']), 'compute it in the code; or make sure of the values first, as with a check')
        elif new['notnull'] and (old is None or not old['notnull']):
            yield t.breaks('not null', name, 'is computed and NOT NULL: what old code writes may give none', 'allow NULL there')
        return
    needs = new['notnull'] and not new['default'] and not new['identity']
    if needs and not (old is not None and old['notnull'] and not old['default'] and not old['identity']):
        yield t.breaks('not null', name, 'is NOT NULL without a default in the database, and old code makes rows without it',
                       'give it a database default (db_default, from Django 5.0 on) or null=True; a later release takes that away')


def rights(t):
    lost = [right for right in t.old['may'] if right not in t.new['may']]
    if lost:
        yield t.breaks('rights', '', 'may no longer be used by %s' % ', '.join(lost), CONTRACT)
    if t.new['guarded'] and not t.old['guarded']:
        yield t.breaks('row security', '', 'shows and takes rows by policies of row security', CONTRACT)


CHECK = 'this release writes only what the constraint allows, and a later one adds it, when no code that may break it is live'


def uniques(t):
    found = []
    for name, index in sorted(t.new['indexes'].items()):
        if index['expressions'] is not None and not index['unique'] and not among(index, t.old) and may_fail(index['expressions']):
            found.append(t.breaks('index', columns_of(index), 'index %s reckons (%s), which may fail for what old code writes' % (name, short(index['expressions'])), CHECK))
        if not index['unique'] or among(index, t.old) or not old_rows_count(t, index):
            continue
        if any(covers(t, one, index) for one in t.old['indexes'].values()):
            continue  # what it refuses was refused before
        found.append(t.breaks('unique', columns_of(index), '%s must be unique (%s), and old code may write the same twice' % (columns_of(index) or 'a row', name), CHECK))
    for name, index in sorted(t.old['indexes'].items()):
        if index['unique'] and not among(index, t.new):
            if index['primary'] and not any(i['primary'] for i in t.new['indexes'].values()):
                found.append(t.breaks('primary key', columns_of(index), 'has no primary key any more', CONTRACT))
            else:
                found.append(t.says(NOTE, 'unique', columns_of(index), 'need not be unique any more: old code that gets one row by it may find two, and an upsert by it fails'))
    return found


def among(index, state):
    """Whether a table has, in one of its two states, an index that makes sure of the same."""
    return any(all(other[k] == index[k] for k in ('unique', 'keys', 'expressions', 'predicate', 'strict')) and other.get('at once', True) == index.get('at once', True) for other in state['indexes'].values())


def covers(t, old, index):
    """Whether rows that are in each other's way in a unique index were so in one of before, be that there or not: that was of no more columns, and as strict about NULL and about when it looks."""
    return old['unique'] and old.get('valid', True) and old['predicate'] is None and old['expressions'] is None and index['expressions'] is None and set(old['keys']) <= set(index['keys']) \
        and (old['strict'] or not index['strict'] or all(t.old['columns'][key]['notnull'] for key in old['keys'])) and old.get('at once', True) >= index.get('at once', True)


def old_rows_count(t, index):
    """Whether rows of old code can be in each other's way in a unique index: those with NULL in a key are not."""
    if any(key and (t.distinct(key) or not index['strict'] and t.empty(key)) for key in index['keys']):
        return False
    if index['expressions'] is not None and not index['strict'] and '' in index['keys'] and index['columns'] and all(t.empty(c) for c in index['columns']) and strict_only(index['expressions']):
        return False
    wanted = re.match(r'^\(?"?(\w+)"? IS NOT NULL\)?$', index['predicate'] or '')
    return not (wanted and t.empty(wanted.group(1)))


def columns_of(index):
    return ', '.join(index['columns'])


def checks(t, holds):
    found, known = [], set(c['text'] for c in t.old['checks'].values())
    for name, check in sorted(t.new['checks'].items()):
        if check['text'] in known or check['text'].replace(' NOT VALID', '') in set(k.replace(' NOT VALID', '') for k in known):
            continue
        unknown = [c for c in check['columns'] if not t.knows(c)]
        rest = [c for c in check['columns'] if t.knows(c)]
        if unknown and (not rest or kleene(check['expression'], rest)) and holds is not None and holds(t.new_oid, check['expression'], t.unknown(), not rest):
            continue
        if nulls_allowed(t, check):
            continue
        found.append(t.breaks('check', ', '.join(check['columns']), '%s %s (%s), and old code may write something else' % (name, short(check['text']), ', '.join(t.use['models'])), CHECK))
    return found


# Types whose values are NULL or not; of a row's parts some may be.
SCALAR = ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'boolean', 'uuid', 'text', 'character varying', 'character', 'date', 'timestamp with time zone', 'timestamp without time zone', 'jsonb')


def nulls_allowed(t, check):
    """Whether a check that asks for nothing but NULL holds for each row that old code could write before, whichever of the columns that it knows are NULL."""
    known = [c for c in check['columns'] if t.knows(c) and c in t.old['columns']]
    if len(known) > 8 or any(parse(t.new['columns'][c]['type'])[0] not in SCALAR for c in check['columns']) or any(not t.knows(c) and not t.empty(c) for c in check['columns']):
        return False
    old = [one['expression'] for one in t.old['checks'].values() if set(one['columns']) <= set(known)]
    for nulls in itertools.product(*((False,) if t.old['columns'][c]['notnull'] else (True, False) for c in known)):
        row = dict.fromkeys(check['columns'], True)
        row.update(zip(known, nulls))
        if by_nulls(check['expression'], row) is not True and not any(by_nulls(one, row) is False for one in old):
            return False
    return True


def by_nulls(expression, row):
    """What an expression of IS NULL, AND, OR and NOT alone is for a row, of whose columns it is known whether they are NULL; None where there is more in it."""
    def asked(m):
        name = m.group(1)[1:-1].replace('""', '"') if m.group(1).startswith('"') else m.group(1)
        return ' %s ' % (row[name] != bool(m.group(2))) if name in row else m.group(0)
    text = re.sub(r'("(?:[^"]|"")+"|\b[a-z_][a-z0-9_$]*) IS (NOT )?NULL\b', asked, expression)
    words = re.findall(r'[()]|[^\s()]+', text)
    if not words or not set(words) <= set(('(', ')', 'AND', 'OR', 'NOT', 'True', 'False')):
        return None
    return eval(' '.join(word if word in ('True', 'False') else word.lower() for word in words), {'__builtins__': {}})


def kleene(expression, columns):
    """Whether null in some columns stands for any value there: nothing in the expression asks for null."""
    if re.search(r'(?i)\b(coalesce|case|distinct|num_nulls|num_nonnulls|row|array|concat|concat_ws|format|jsonb?_build\w+)\b', re.sub(r"'(?:[^']|'')*'", "''", expression)):
        return False
    return not any(re.search(r'(?i)"?\b%s\b"?\)*(?:::[\w ()]+)?\)* IS\b' % re.escape(c), expression) for c in columns)


def exclusions(t):
    known, found = set(x['text'] for x in t.old['exclusions'].values()), []
    for name, one in sorted(t.new['exclusions'].items()):
        if one['text'] not in known and not any(t.empty(c) for c in one['columns']):
            found.append(t.breaks('exclusion', ', '.join(one['columns']), '%s excludes rows that old code may write: %s' % (name, short(one['text'])), CHECK))
    return found


def foreign(t):
    """Foreign keys of the table, by columns and what they refer to, whatever they do on deletion."""
    def key(one):
        return (tuple(sorted(one['columns'])), one['to'], tuple(one['referred']))
    known, found = set(key(f) for f in t.old['foreign'].values()), []
    for name, one in sorted(t.new['foreign'].items()):
        if key(one) in known or not any(t.knows(c) for c in one['columns']) or any(t.empty(c) for c in one['columns']):
            continue  # a default that rows have is there already
        to = (t.after['tables'].get(str(one['to'])) or {}).get('name', 'another table')
        found.append(t.breaks('foreign key', ', '.join(one['columns']), 'must be in %s (%s), and old code may write what is not' % (to, name), CHECK))
    return found


def triggers(t):
    found = []
    for name, one in sorted(t.new['triggers'].items()):
        old = t.old['triggers'].get(name)
        if (old is None or old != one) and not one['builtin']:
            found.append(t.breaks('trigger', '', 'trigger %s is %s: what it makes of rows of old code can not be told' % (name, 'new' if old is None else 'another'), CONTRACT))
    for rule in t.new['rules']:
        if rule not in t.old['rules']:
            found.append(t.breaks('rule', '', 'rule %s rewrites what old code asks for' % rule, CONTRACT))
    return found


def others(models, before, after):
    """What is of no table of old code."""
    for name in before['extensions']:
        if name not in after['extensions']:
            yield Finding(BREAK, 'extension', '', '', 'extension %s is gone, with its functions and types' % name, CONTRACT)
    for name in before['functions']:
        if name not in after['functions']:
            yield Finding(BREAK, 'function', '', '', 'function %s is gone, which old code may call' % name, CONTRACT)
    known = [tuple(t) for t in models['types']]
    for number, old in sorted(before['types'].items()):
        new = after['types'].get(number)
        if tuple(old) in known and new != old and models['generic']:
            yield Finding(BREAK, 'content type', 'django_content_type', 'model', '%s is %s: old code does not find by %s what belongs to it' % (
                '.'.join(old), '.'.join(new) if new else 'gone', ', '.join(models['generic'][:5])), 'keep the name of the model; ' + CONTRACT)
    oids = dict((find(before, quoted)[0], quoted) for quoted in models['tables'])
    for oid, one in after['tables'].items():
        if oid in oids:
            continue
        for name, key in sorted(one['foreign'].items()):
            if str(key['to']) in oids and oid not in before['tables'] and not re.search(r'ON DELETE (CASCADE|SET)', key['text']):
                yield Finding(NOTE, 'delete', one['name'], ', '.join(key['columns']), 'points to %s: old code can not delete a row there that one of the new release points to' % oids[str(key['to'])].strip('"'))


# What a type may become without old code being any the wiser, for reading and for writing.
WIDER = {'smallint': ('integer', 'bigint'), 'integer': ('bigint',), 'real': ('double precision',), 'character varying': ('text',), 'json': ('jsonb',)}


def type_breaks(old, new, use):
    """Why old code can't go on with another type; '' where it can."""
    if old == new:
        return ''
    (base, sizes, many), (to, wide, arrays) = parse(old), parse(new)
    if many != arrays:
        return 'old code reads and writes values of another kind'
    if base != to:
        if to in WIDER.get(base, ()):
            return ''
        if (base, to) == ('text', 'character varying'):
            limit = parse(use.get('type') or '')[1]
            return '' if not wide or limit and limit[0] <= wide[0] else 'old code may write what is longer'
        if to in WIDER and base in WIDER[to]:
            return 'old code may write what does not fit'
        return 'old code reads and writes values of another kind'
    if base in ('character varying', 'character', 'bit varying'):
        return 'old code may write what is longer' if wide and (not sizes or wide[0] < sizes[0]) else ''
    if base == 'numeric':
        (digits, scale), (more, finer) = (list(s or [0, 0]) for s in (sizes, wide))
        return '' if not wide or sizes and finer >= scale and more - finer >= digits - scale else 'old code may write what does not fit'
    return '' if not wide or sizes and wide[0] >= sizes[0] else 'old code may write what does not fit'


def parse(kind):
    """"numeric(5,2)[]" as ("numeric", [5, 2], True). "varchar" is "character varying"."""
    m = re.match(r'^([^(\[]+?)(?:\((\d+(?:,-?\d+)?)\))?( with(?:out)? time zone)?((?:\[\])*)$', kind)
    if not m:
        return kind, None, False
    base = {'varchar': 'character varying'}.get(m.group(1), m.group(1)) + (m.group(3) or '')
    return base, [int(n) for n in m.group(2).split(',')] if m.group(2) else None, m.group(4)


CALM = ('lower', 'upper', 'coalesce', 'length', 'char_length', 'btrim', 'ltrim', 'rtrim', 'md5', 'concat', 'case', 'when', 'then', 'else', 'end', 'is', 'not', 'null', 'and', 'or', 'true', 'false',
        'text', 'character varying', 'varchar', 'integer', 'bigint', 'numeric', 'double precision', 'regconfig', 'to_tsvector', 'setweight', 'greatest', 'least', 'nullif', 'unaccent', 'timezone',
        'date_trunc', 'extract', 'abs', 'left', 'right', 'in', 'any', 'array', 'char', 'distinct', 'from', 'like', 'starts_with', 'jsonb', 'collate')
RISKY_CASTS = ('integer', 'bigint', 'smallint', 'date', 'timestamp', 'time', 'uuid', 'inet', 'cidr', 'boolean', 'json', 'jsonb', 'interval', 'double precision', 'real', 'numeric')


def may_fail(expression):
    """Whether PostgreSQL may not be able to reckon an expression for some values: it divides, casts, or calls what is not known never to fail."""
    text = re.sub(r"E?'(?:[^'\\]|''|\\.)*'(?:::[\w\". ]+)?", "''", expression)
    if '/' in text or re.search(r'(?<![|])%', text):
        return True
    if any(re.search(r'::%s\b' % cast, text) for cast in RISKY_CASTS) and not re.search(r'^[\w ().*+\-:,]*$', text):
        return True
    for cast in RISKY_CASTS:
        if re.search(r'\)?::text\)?::%s\b' % cast, text) or re.search(r'"?\w+"?\)?::%s\b' % cast, text) and cast not in ('numeric', 'double precision', 'bigint'):
            return True
    return any(word.lower() not in CALM for word in re.findall(r'([A-Za-z_][\w.]*)\(', text))


def strict_only(expression):
    """Whether an expression of nothing but NULL is NULL."""
    return not re.search(r'(?i)\b(coalesce|case|concat|is)\b', expression)


def short(text):
    return text if len(text) <= 160 else text[:160] + '...'
