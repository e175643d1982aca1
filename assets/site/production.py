"""Settings of {{.Project}} in production. Secrets come from the environment that
prepare_env.sh sets."""
import os

from .base import *  # noqa: F401,F403

DEBUG = False
SECRET_KEY = os.environ['SECRET_KEY']
# Keys of before, by which what they have signed is still known: `djship rotate` sets them.
SECRET_KEY_FALLBACKS = os.environ.get('SECRET_KEY_FALLBACKS', '').split()
ALLOWED_HOSTS = [{{range $i, $name := .Names}}{{if $i}}, {{end}}'{{$name}}'{{end}}]

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': '{{.Project}}',
        'USER': '{{.Project}}',
        'PASSWORD': os.environ['DB_PASSWORD'],
        'HOST': os.environ.get('DB_HOST', 'localhost'),
        'PORT': os.environ.get('DB_PORT', ''),
    }
}

STATIC_URL = '/static/'
STATIC_ROOT = '{{.At.Static}}'
MEDIA_URL = '/media/'
MEDIA_ROOT = '{{.At.Media}}'

# nginx serves both, whatever umask they are made under.
FILE_UPLOAD_PERMISSIONS = 0o644
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755

# nginx sets the header on every request, so a visitor cannot.
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_BROWSER_XSS_FILTER = True
SECURE_REFERRER_POLICY = 'same-origin'
X_FRAME_OPTIONS = 'DENY'

# Mail goes to a mail server on this host. Since Django 6.1 startproject's settings print it instead.
if 'console' in globals().get('MAILERS', {}).get('default', {}).get('BACKEND', ''):
    MAILERS = {'default': {'OPTIONS': {'host': 'localhost'}}}

{{if .TLS.On -}}
# nginx leads everybody to https as soon as it has a certificate.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.path.exists('{{.At.HTTPSConf}}')
{{- else -}}
# With HTTPS, add: SECURE_SSL_REDIRECT, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE = True, True, True
# and SECURE_HSTS_SECONDS.
{{- end}}

LOGGING = {
    'version': 1,
    'disable_existing_loggers': False,
    'handlers': {'console': {'class': 'logging.StreamHandler'}},
    'root': {'handlers': ['console'], 'level': 'INFO'},
}
