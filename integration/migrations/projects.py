"""Real projects for real.py, by the versions that PyPI has of them, with the settings by which they migrate."""

# What each has besides.
DATABASE = """
import os
SECRET_KEY = 'x' * 50
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'real', 'USER': 'corpus', 'HOST': os.environ['REAL_HOST']}}
CACHES = dict((name, {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}) for name in ['default'] + list(globals().get('CACHES', ())))
"""
APPS = """
INSTALLED_APPS = ['django.contrib.' + name for name in ('admin', 'auth', 'contenttypes', 'sessions', 'messages', 'sites', 'staticfiles', 'humanize', 'flatpages', 'redirects')]
SITE_ID, USE_TZ, STATIC_URL, ROOT_URLCONF, DEFAULT_AUTO_FIELD = 1, True, '/static/', 'real_settings', 'django.db.models.AutoField'
urlpatterns = []
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]
"""
NEW = ('3.12', '3.11', '3.13')

PROJECTS = []


def project(name, version, settings, needs=(), pythons=NEW, debian=(), **env):
    """debian are the packages with which pip makes what it has not ready."""
    PROJECTS.append(dict(name=name, debian=debian, needs=['%s==%s' % (name, version), 'psycopg[binary]'] + list(needs), pythons=pythons, settings=settings, env=env))


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
project('pretalx', '2026.2.1', """
from pretalx.settings import *
""", pythons=('3.13',), PRETALX_FILESYSTEM_DATA='FOLDER')
project('weblate', '2026.10.1', """
from weblate.settings_example import *
DATA_DIR = CACHE_DIR = BASE_DIR = '.'
""", pythons=('3.13', '3.12'), debian=('liblz4-dev', 'libxxhash-dev', 'libacl1-dev', 'libzstd-dev'))
project('mayan-edms', '4.12.2', """
from mayan.settings.production import *
""", debian=('libldap-dev', 'libsasl2-dev'), MAYAN_MEDIA_ROOT='FOLDER')
project('kiwitcms', '12.4', """
from tcms.settings.product import *
""", needs=['setuptools<81'], pythons=('3.10', '3.9'))
project('byro', '2026.4.0', """
from byro.settings import *
""", BYRO_DATA_DIR='FOLDER')
project('evap', '2026.10.0', """
from evap.settings import *
LOGGING = {}
""", pythons=('3.13', '3.12'))
project('modoboa', '2.12.0', """
import os, modoboa
from django.template import Context, Engine
with open(os.path.join(os.path.dirname(modoboa.__file__), 'core', 'commands', 'templates', 'settings.py.tpl')) as file:
    exec(Engine().from_string(file.read()).render(Context({'name': 'real', 'devmode': 'False', 'allowed_host': 'example.com', 'lang': 'en', 'timezone': 'UTC'}, autoescape=False)))
ROOT_URLCONF = 'modoboa.urls'
""", debian=('librrd-dev',), OIDC_RSA_PRIVATE_KEY='x')
project('doccano', '1.8.4', """
import os, sys, backend
sys.path.insert(0, os.path.dirname(backend.__file__))
from config.settings.base import *
""", needs=['marshmallow<4', 'setuptools<81'], pythons=('3.10', '3.9'))
project('mailman-web', '0.0.9', """
from mailman_web.settings.base import *
from mailman_web.settings.mailman import *
LOGGING = {}
""", needs=['postorius==1.3.13', 'hyperkitty==1.3.12'], pythons=('3.11', '3.10'))
project('ara', '1.8.0', """
from ara.server.settings import *
""", needs=['ara[server]'])
for plugin, version in (('ansible', '0.30.3'), ('container', '2.30.0'), ('deb', '3.11.1'), ('python', '3.37.1'), ('rpm', '3.39.4')):
    project('pulp-' + plugin, version, PROJECTS[3]['settings'], **PROJECTS[3]['env'])
project('coderedcms', '6.0.0', PROJECTS[0]['settings'] + """
INSTALLED_APPS += ['coderedcms', 'django_bootstrap5', 'wagtailseo', 'wagtailcache', 'wagtail.contrib.table_block']
BASE_DIR = '.'
""")
project('wiki', '0.13.0', APPS + """
INSTALLED_APPS += ['django_nyt', 'mptt', 'sekizai', 'sorl.thumbnail', 'wiki', 'wiki.plugins.attachments', 'wiki.plugins.notifications', 'wiki.plugins.images', 'wiki.plugins.macros', 'wiki.plugins.globalhistory']
""")
project('django-machina', '1.3.1', APPS + """
INSTALLED_APPS += ['mptt', 'haystack', 'widget_tweaks', 'machina'] + ['machina.apps.' + name for name in ('forum', 'forum_conversation', 'forum_conversation.forum_attachments', 'forum_conversation.forum_polls', 'forum_feeds', 'forum_moderation',
    'forum_search', 'forum_tracking', 'forum_member', 'forum_permission')]
HAYSTACK_CONNECTIONS = {'default': {'ENGINE': 'haystack.backends.simple_backend.SimpleEngine'}}
""", needs=['django-mptt'], pythons=('3.11', '3.10'))
project('edx-enterprise', '8.18.0', """
from enterprise.settings.test import *
""")
project('ora2', '7.1.2', APPS + """
INSTALLED_APPS += ['submissions', 'openassessment', 'openassessment.assessment', 'openassessment.fileupload', 'openassessment.workflow', 'openassessment.xblock', 'openassessment.staffgrader']
""")
project('edx-proctoring', '6.1.4', APPS + """
INSTALLED_APPS += ['edx_proctoring', 'edx_when', 'waffle', 'rest_framework', 'simple_history']
PROCTORING_SETTINGS, PROCTORING_BACKENDS, SITE_NAME, PLATFORM_NAME, LMS_ROOT_URL, ENV_ROOT = {}, {'DEFAULT': 'test'}, 'real', 'real', 'http://example.com', '.'
""")
project('edxval', '5.0.1', APPS + """
INSTALLED_APPS += ['edxval', 'rest_framework', 'storages', 'model_utils']
""", needs=['fs', 'setuptools<81'])
project('django-ledger', '0.8.5', APPS + """
INSTALLED_APPS += ['django_ledger']
""")
project('django-newsletter', '1.2.1', APPS + """
INSTALLED_APPS += ['newsletter', 'sorl.thumbnail']
""", needs=['sorl-thumbnail'])
project('django-allauth', '65.21.1', APPS + """
INSTALLED_APPS += ['allauth', 'allauth.account', 'allauth.socialaccount', 'allauth.mfa', 'allauth.usersessions']
MIDDLEWARE = ['allauth.account.middleware.AccountMiddleware']
""", needs=['django-allauth[socialaccount,mfa]'])
project('django-oauth-toolkit', '3.4.1', APPS + """
INSTALLED_APPS += ['oauth2_provider']
""")
project('django-celery-beat', '2.9.0', APPS + """
INSTALLED_APPS += ['django_celery_beat', 'django_celery_results']
""", needs=['django-celery-results'])
project('django-post-office', '3.12.0', APPS + """
INSTALLED_APPS += ['post_office']
""")
project('openwisp-users', '1.3.2', APPS + """
INSTALLED_APPS += ['allauth', 'allauth.account', 'allauth.socialaccount', 'openwisp_utils.admin_theme', 'openwisp_users', 'organizations', 'rest_framework', 'rest_framework.authtoken']
MIDDLEWARE = ['allauth.account.middleware.AccountMiddleware']
AUTH_USER_MODEL = 'openwisp_users.User'
""")
