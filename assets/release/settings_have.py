# Prints what a site's settings have of what its stdin names, a line each: the key and the one before it, or the password of its database.
import os
import sys
lines = sys.stdin.read().split()
import django
from django.conf import settings
print('it has settings' if settings.SECRET_KEY else '')
fallbacks = list(getattr(settings, 'SECRET_KEY_FALLBACKS', None) or [])
database = settings.DATABASES.get('default') or {}
if settings.SECRET_KEY == lines[0]:
    print('it has key')
if django.VERSION >= (4, 1) and lines[-1] in fallbacks:
    print('it has fallback')
if database.get('PASSWORD') == lines[0] and str(database.get('HOST') or 'localhost') in ('localhost', '127.0.0.1', '::1'):
    print('it has password')
