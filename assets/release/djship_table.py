"""Which settings a release runs on: each with its effective value, where it is from, and what of it."""
import ast
import os
import re

from django.conf import global_settings

import djship_overlay

SHOWN = ('DEBUG', 'SECRET_KEY', 'ALLOWED_HOSTS', 'CSRF_TRUSTED_ORIGINS', 'DATABASES', 'INSTALLED_APPS', 'STATIC_URL', 'STATIC_ROOT', 'MEDIA_URL', 'MEDIA_ROOT',
         'SECURE_PROXY_SSL_HEADER', 'SECURE_SSL_REDIRECT', 'SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', 'LOGGING')
# Those that are shown where something was to say of them.
WHERE_CHANGED = ('INSTALLED_APPS', 'SECURE_SSL_REDIRECT', 'SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', 'LOGGING')
# What a release can do without.
LENIENT = ('CSRF_TRUSTED_ORIGINS', 'INSTALLED_APPS', 'SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', 'LOGGING', 'MEDIA_URL')


def shown(name, value):
    """A value for people's eyes: no secret, and not long."""
    if name == 'SECRET_KEY':
        return '***' if value else 'empty'
    if name == 'DATABASES':
        return ', '.join('%s: %s' % (alias, database(d)) for alias, d in sorted((value or {}).items())) or 'none'
    if name == 'INSTALLED_APPS':
        return '%d apps' % len(value or ())
    if name == 'LOGGING':
        handlers = ((value or {}).get('handlers') or {}).values()
        return ', '.join(sorted(str(h['filename']) for h in handlers if isinstance(h, dict) and h.get('filename'))) or 'no files'
    if isinstance(value, (list, tuple)):
        return ', '.join(str(v) for v in value) or 'none'
    return re.sub(r'//[^/@\s]*@', '//***@', str(value)) if value not in (None, '') else 'none'


def database(d):
    engine = str(d.get('ENGINE') or 'none').rpartition('.')[2]
    if 'sqlite' in engine or 'spatialite' in engine:
        return '%s %s' % (engine, d.get('NAME'))
    return '%s %s@%s%s/%s' % (engine, d.get('USER') or '', d.get('HOST') or 'local', ':%s' % d['PORT'] if d.get('PORT') else '', d.get('NAME') or '')


def lines_of(module):
    """Where each setting is given its value in the settings' files: the last line of the nearest file."""
    where = {}
    for path, text in djship_overlay.sources(module):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        here = {}
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []
            for target in targets:
                if isinstance(target, ast.Name):
                    here[target.id] = max(node.lineno, here.get(target.id, 0))
        code = os.environ.get('DJSHIP_CODE', '') + '/'
        for name, line in here.items():
            where.setdefault(name, '%s:%d' % (path[len(code):] if path.startswith(code) else path, line))
    return where


def variable(value):
    """The variable of the environment that has the value, '' for none."""
    names = sorted(n for n, v in os.environ.items() if v and v == str(value) and not n.startswith('DJSHIP_'))
    return names[0] if names else ''


def rows(settings, module, overlay):
    """(name, value, from, what of it, whether that ends a push without the overlay), a row a setting."""
    if not overlay:
        settings = dict((n, getattr(settings, n)) for n in dir(settings) if n.isupper())
        effective = dict(settings)
        djship_overlay.put_right(settings, module, ())
        before = effective
    else:
        effective = before = dict((n, getattr(settings, n)) for n in dir(settings) if n.isupper())
    where = lines_of(module)
    all_of_them = []
    for name in SHOWN:
        value = effective.get(name)
        source = where.get(name) or ('Django' if value == getattr(global_settings, name, None) else 'the settings')
        if name in ('SECRET_KEY', 'STATIC_ROOT', 'MEDIA_ROOT') and variable(value) and name not in djship_overlay.changed:
            source = '%s of the environment' % variable(value)
        what, ends = 'right', False
        left = [n for n in djship_overlay.left if n.split('.')[0] == name]
        if name in djship_overlay.changed:
            old, reason = djship_overlay.changed[name]
            if overlay:
                source = where.get(name) or ('Django' if old in (None, getattr(global_settings, name, None)) else 'the settings')
                what = 'put right: %s (%s: %s)' % (reason, source, shown(name, old))
                source = 'djship'
            else:
                what = 'wrong: %s' % reason
                ends = name not in LENIENT and not (name == 'MEDIA_ROOT' and not before.get(name))
        elif left:
            what = '; '.join('left: %s' % djship_overlay.left[n] for n in left)
        elif name == 'SECURE_SSL_REDIRECT' and value:
            what = 'right where the site has HTTPS'
        if name not in WHERE_CHANGED or name in djship_overlay.changed or value and name == 'SECURE_SSL_REDIRECT':
            all_of_them.append((name, shown(name, value), source, what, ends))
    return all_of_them
