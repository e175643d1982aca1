"""Real projects for real.py, by the versions that PyPI has of them, with the settings by which they migrate."""

# What each has besides.
DATABASE = """
import os
SECRET_KEY = 'x' * 50
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'real', 'USER': 'corpus', 'HOST': os.environ['REAL_HOST']}}
CACHES = {'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}}
"""
APPS = """
INSTALLED_APPS = ['django.contrib.' + name for name in ('admin', 'auth', 'contenttypes', 'sessions', 'messages', 'sites', 'staticfiles', 'humanize', 'flatpages', 'redirects')]
SITE_ID, USE_TZ, STATIC_URL, ROOT_URLCONF, DEFAULT_AUTO_FIELD = 1, True, '/static/', 'real_settings', 'django.db.models.AutoField'
urlpatterns = []
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]
"""
NEW = ('3.12', '3.11', '3.13')

PROJECTS = []


def project(name, version, settings, needs=(), pythons=NEW, **env):
    PROJECTS.append(dict(name=name, needs=['%s==%s' % (name, version), 'psycopg[binary]'] + list(needs), pythons=pythons, settings=settings, env=env))


project('wagtail', '8.0', APPS + """
INSTALLED_APPS += ['wagtail.contrib.' + name for name in ('forms', 'redirects', 'search_promotions', 'settings', 'simple_translation')]
INSTALLED_APPS += ['wagtail.' + name for name in ('embeds', 'sites', 'users', 'snippets', 'documents', 'images', 'search', 'admin', 'locales')] + ['wagtail', 'modelcluster', 'taggit']
WAGTAIL_SITE_NAME, WAGTAILADMIN_BASE_URL = 'real', 'http://example.com'
""")
project('django-oscar', '4.2', APPS + """
from oscar.defaults import *
INSTALLED_APPS += ['oscar.config.Shop'] + ['oscar.apps.%s.apps.%sConfig' % (path, name) for path, name in (
    ('analytics', 'Analytics'), ('checkout', 'Checkout'), ('address', 'Address'), ('shipping', 'Shipping'), ('catalogue', 'Catalogue'), ('catalogue.reviews', 'CatalogueReviews'), ('communication', 'Communication'),
    ('partner', 'Partner'), ('basket', 'Basket'), ('payment', 'Payment'), ('offer', 'Offer'), ('order', 'Order'), ('customer', 'Customer'), ('search', 'Search'), ('voucher', 'Voucher'), ('wishlists', 'Wishlists'))]
INSTALLED_APPS += ['oscar.apps.dashboard.%s.apps.%sDashboardConfig' % (name, name.title()) for name in (
    'reports', 'users', 'orders', 'catalogue', 'offers', 'partners', 'pages', 'ranges', 'reviews', 'vouchers', 'communications', 'shipping')]
INSTALLED_APPS += ['oscar.apps.dashboard.apps.DashboardConfig', 'widget_tweaks', 'haystack', 'treebeard', 'sorl.thumbnail', 'django_tables2']
HAYSTACK_CONNECTIONS = {'default': {'ENGINE': 'haystack.backends.simple_backend.SimpleEngine'}}
""", needs=['sorl-thumbnail'])
project('django-helpdesk', '2.6', APPS + """
INSTALLED_APPS += ['rest_framework', 'helpdesk']
HELPDESK_TEAMS_MODEL, HELPDESK_TEAMS_MIGRATION_DEPENDENCIES, HELPDESK_KBITEM_TEAM_GETTER = 'auth.Group', [('auth', '0001_initial')], lambda _: None
""")
project('pulpcore', '3.123.0', """
with open('key', 'w') as file:
    file.write('%s=' % ('x' * 43))
from pulpcore.app.settings import *
""", PULP_SECRET_KEY='x' * 50, PULP_CONTENT_ORIGIN='http://example.com', PULP_DB_ENCRYPTION_KEY='FOLDER/key', PULP_DATABASES__default__ENGINE='django.db.backends.postgresql')
project('pretix', '2026.8', """
from pretix.settings import *
""", PRETIX_DATABASE_BACKEND='postgresql', DATA_DIR='FOLDER')
