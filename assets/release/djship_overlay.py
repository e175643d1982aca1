"""What puts right of a project's settings what the environment did not: put_right is the whole of it. `changed` has each setting
that is another then, with what it was and why; `left` what stays though it may not fit. Written by djship for
Django 1.11 and later; DJSHIP_... of the environment say what is right on this host."""
import importlib
import os
import sys

changed, left = {}, {}


class Known(object):
    """Keeps what is made at random while the settings are imported: a secret key of that kind is another in each process."""
    makers = (('django.core.management.utils', 'get_random_secret_key'), ('django.utils.crypto', 'get_random_string'),
              ('secrets', 'token_urlsafe'), ('secrets', 'token_hex'), ('uuid', 'uuid4'))

    def __enter__(self):
        self.made, self.before = set(), []
        for name, function in self.makers:
            module = importlib.import_module(name)
            self.before.append((module, function, getattr(module, function)))
            setattr(module, function, self.keep(getattr(module, function)))
        return self

    def keep(self, function):
        def kept(*args, **kwargs):
            value = function(*args, **kwargs)
            self.made.add(str(value))
            return value
        return kept

    def __exit__(self, *_):
        for module, name, function in self.before:
            setattr(module, name, function)


def _change(settings, name, value, why):
    if name not in settings or settings[name] != value or type(settings[name]) is not type(value):
        changed[name] = (settings.get(name), why)
        settings[name] = value


def _said(value):
    """Whether a person has given the value, or the host in it, to the environment."""
    value = str(value)
    return value not in ('', os.environ.get('DJSHIP_DB_NAME')) and any(value == v or '@' + value + ':' in v or '@' + value + '/' in v for v in os.environ.values())


def _in_code(path):
    """Whether a path is in the folder of the release, where nothing can be written."""
    code = os.path.realpath(os.environ.get('DJSHIP_CODE', '/nonexistent'))
    path = os.path.realpath(str(path))
    return path == code or path.startswith(code + os.sep)


def _secret_key(settings, sources, random):
    key, own = settings.get('SECRET_KEY'), os.environ.get('DJSHIP_SECRET_KEY')
    text = key.decode('latin-1') if isinstance(key, bytes) else str(key or '')
    if not own or text == own or _said(text):
        return
    why = ''
    if not text:
        why = 'it is empty'
    elif 'django-insecure-' in text or len(text) < 20:
        why = 'it is known, or short'
    elif text in random:
        why = 'it is another in each process'
    elif any(text in source for source in sources):
        why = 'who has the code has it'
    if why:
        _change(settings, 'SECRET_KEY', own, why)
    else:
        left['SECRET_KEY'] = 'it is not from the environment'


def _fallbacks(settings):
    """Keys of before, which `djship rotate` leaves to what is signed already, where the key is djship's."""
    own = os.environ.get('SECRET_KEY_FALLBACKS', '').split()
    now = list(settings.get('SECRET_KEY_FALLBACKS') or [])
    lacks = [key for key in own if key not in now]
    if lacks and settings.get('SECRET_KEY') == os.environ.get('DJSHIP_SECRET_KEY'):
        _change(settings, 'SECRET_KEY_FALLBACKS', now + lacks, 'who is logged in stays so')


def sources(module):
    """Paths and texts of the settings' module and of those beside it and above it, its own first."""
    texts = []
    base = module.rpartition('.')[0]
    for name, other in sorted(sys.modules.items(), key=lambda pair: pair[0] != module):
        path = getattr(other, '__file__', None) or ''
        if (name == module or base and (name + '.').startswith(base + '.')) and path.endswith('.py') and _in_code(path):
            try:
                with open(path, 'rb') as file:
                    texts.append((path, file.read(1 << 20).decode('utf-8', 'replace')))
            except (IOError, OSError):
                pass
    return texts


def _hosts(settings):
    domain = os.environ.get('DJSHIP_DOMAIN')
    if not domain:
        return
    wanted = [domain, 'www.' + domain] + os.environ.get('DJSHIP_ALIASES', '').split()
    hosts = settings.get('ALLOWED_HOSTS') or []
    hosts = [hosts] if isinstance(hosts, str) else list(hosts)
    if '*' in hosts:
        left['ALLOWED_HOSTS'] = 'any host, where nginx passes on those of the site alone'
    else:
        missing = [h for h in wanted if not any(h == o or o[:1] == '.' and (h == o[1:] or h.endswith(o)) for o in hosts)]
        if missing or not isinstance(settings.get('ALLOWED_HOSTS'), (list, tuple)):
            _change(settings, 'ALLOWED_HOSTS', hosts + missing, 'it lacks %s' % ' and '.join(missing))
    import django
    schemes = django.VERSION >= (4,)
    origins = settings.get('CSRF_TRUSTED_ORIGINS') or []
    origins = [origins] if isinstance(origins, str) else list(origins)
    fit = [o if schemes and '://' in o else 'https://' + o if schemes else o.rpartition('://')[2] for o in origins if o]
    for host in wanted:
        origin = 'https://' + host if schemes else host
        if origin not in fit:
            fit.append(origin)
    if fit != origins:
        _change(settings, 'CSRF_TRUSTED_ORIGINS', fit, 'each host needs to be there as this Django wants it')


def _cookies(settings):
    """Where nginx speaks https, nobody else is to see the cookies by which people are logged in."""
    if os.environ.get('DJSHIP_HTTPS'):
        for name in ('SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE'):
            if not settings.get(name):
                _change(settings, name, True, 'visitors come by https alone')


def _database(settings):
    name = os.environ.get('DJSHIP_DB_NAME')
    if not name:
        return
    all_of_them = dict(settings.get('DATABASES') or {})
    now = all_of_them.get('default') or {}
    engine, host = str(now.get('ENGINE') or ''), str(now.get('HOST') or '')
    own = {'NAME': name, 'USER': os.environ.get('DJSHIP_DB_USER', name), 'PASSWORD': os.environ.get('DJSHIP_DB_PASSWORD', ''),
           'HOST': os.environ.get('DJSHIP_DB_HOST', 'localhost'), 'PORT': os.environ.get('DJSHIP_DB_PORT', '')}
    local = ('', 'localhost', '127.0.0.1', '::1')
    for alias, other in all_of_them.items():
        if alias != 'default':
            left['DATABASES.' + alias] = 'only default is djship\'s: %s' % other.get('ENGINE')
    if host not in local and _said(host):
        left['DATABASES.default'] = 'the environment names %s' % host
        return
    postgres = 'postg' in engine
    port, want = (str(p or '5432') for p in (now.get('PORT'), own['PORT']))
    if postgres and (host in local or host == own['HOST']) and port == want and all(str(now.get(k) or '') == own[k] for k in ('NAME', 'USER', 'PASSWORD')):
        return
    fixed = dict(now)
    if not postgres:
        why = '%s, where the site has PostgreSQL' % (engine.rpartition('.')[2] or 'there is none')
        engine = 'django.contrib.gis.db.backends.postgis' if 'spatialite' in engine or 'contrib.gis' in engine else 'django.db.backends.postgresql'
        fixed = dict((k, v) for k, v in now.items() if k in ('ATOMIC_REQUESTS', 'AUTOCOMMIT', 'CONN_MAX_AGE', 'CONN_HEALTH_CHECKS', 'TIME_ZONE'))
        apps = settings.get('INSTALLED_APPS') or []
        if not any(str(app).startswith('django.contrib.postgres') for app in apps):  # packages search by it where they see PostgreSQL
            _change(settings, 'INSTALLED_APPS', type(apps)(apps) + type(apps)(['django.contrib.postgres']), 'what is for PostgreSQL needs django.contrib.postgres')
    else:
        why = 'it is not the database of the site'
        options = dict((k, v) for k, v in (now.get('OPTIONS') or {}).items() if k not in ('service', 'passfile', 'host', 'hostaddr', 'port', 'user', 'password', 'dbname'))
        fixed['OPTIONS'] = options
    fixed.update(own, ENGINE=engine)
    all_of_them['default'] = fixed
    _change(settings, 'DATABASES', all_of_them, why)


def _served(settings):
    """Static files and media: where nginx looks for them."""
    root, media = os.environ.get('DJSHIP_STATIC_ROOT'), os.environ.get('DJSHIP_MEDIA_ROOT')
    middleware = list(settings.get('MIDDLEWARE') or []) + list(settings.get('MIDDLEWARE_CLASSES') or [])
    if root:
        if str(settings.get('STATIC_ROOT') or '') != root:
            _change(settings, 'STATIC_ROOT', root, 'each release has its own')
        url = str(settings.get('STATIC_URL') or '')
        if url not in ('/static/', 'static/'):
            if any('whitenoise' in str(m).lower() for m in middleware) or '//' in url:
                left['STATIC_URL'] = 'others than nginx serve it'
            else:
                _change(settings, 'STATIC_URL', '/static/', 'nginx serves no other')
    if not media:
        return
    now, url = str(settings.get('MEDIA_ROOT') or ''), str(settings.get('MEDIA_URL') or '')
    inside = os.path.abspath(now).startswith(os.environ.get('DJSHIP_CODE', '') + os.sep)  # by a link, too: nginx serves it nowhere else
    if now != media and now and os.path.isabs(now) and not inside and os.access(now, os.W_OK):
        left['MEDIA_ROOT'] = 'nginx serves %s alone' % media
        return
    if now != media:
        _change(settings, 'MEDIA_ROOT', media, 'what is in the release goes with it' if now else 'there is none')
    if url not in ('/media/', 'media/') and '//' not in url:
        _change(settings, 'MEDIA_URL', '/media/', 'nginx serves no other')


def _logs(settings):
    """Errors are told in gunicorn's log where the project says nothing of logs: without DEBUG Django has no other place for them than mail. Files of
    logs in the release, where nothing can be written, lie with the site's other logs."""
    if not settings.get('LOGGING') and settings.get('LOGGING_CONFIG', True):
        _change(settings, 'LOGGING', {'version': 1, 'disable_existing_loggers': False, 'formatters': {'errors': {'()': 'djship_logged.Formatter'}},
                                      'handlers': {'console': {'class': 'logging.StreamHandler', 'formatter': 'errors'}}, 'root': {'handlers': ['console'], 'level': 'ERROR'}}, 'errors would be told nowhere')
        return
    logs = os.environ.get('DJSHIP_LOGS')
    logging = dict(settings.get('LOGGING') or {})
    handlers = dict(logging.get('handlers') or {})
    for name, handler in handlers.items():
        path = handler.get('filename') if isinstance(handler, dict) else None
        if logs and path and (_in_code(path) or not os.path.isabs(str(path))):
            handlers[name] = dict(handler, filename=os.path.join(logs, os.path.basename(str(path))))
    if handlers != (logging.get('handlers') or {}):
        _change(settings, 'LOGGING', dict(logging, handlers=handlers), 'nothing can be written in the release')


def put_right(settings, module, random):
    """Puts right settings, which are given by their names, of a module; random is what was made at random for them."""
    changed.clear()
    left.clear()
    if settings.get('DEBUG'):
        _change(settings, 'DEBUG', False, 'visitors would see tracebacks and settings')
    _secret_key(settings, [text for _, text in sources(module)], random)
    _fallbacks(settings)
    _hosts(settings)
    _cookies(settings)
    _database(settings)
    _served(settings)
    _logs(settings)
    header = settings.get('SECURE_PROXY_SSL_HEADER')
    if not header or tuple(header) != ('HTTP_X_FORWARDED_PROTO', 'https'):
        _change(settings, 'SECURE_PROXY_SSL_HEADER', ('HTTP_X_FORWARDED_PROTO', 'https'), 'nginx sets this one, and no visitor can')
    for name, mode in (('FILE_UPLOAD_PERMISSIONS', 0o644), ('FILE_UPLOAD_DIRECTORY_PERMISSIONS', 0o755)):
        if settings.get(name) is None:
            settings[name] = mode  # nginx reads what visitors upload
    return settings
