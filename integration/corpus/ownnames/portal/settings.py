from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env(PORTAL_DEBUG=(bool, False))
environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = env("PORTAL_SECRET")
DEBUG = env("PORTAL_DEBUG")
SITE_DOMAIN = env("PORTAL_DOMAIN")
ALLOWED_HOSTS = [SITE_DOMAIN, "www." + SITE_DOMAIN]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": env("PORTAL_DB"),
        "USER": env("PORTAL_DB_USER"),
        "PASSWORD": env("PORTAL_DB_PASS"),
        "HOST": env("PORTAL_DB_HOST"),
        "PORT": env.int("PORTAL_DB_PORT"),
    }
}
STATIC_URL = "static/"
STATIC_ROOT = env("PORTAL_STATIC")
MEDIA_ROOT = env("PORTAL_MEDIA")
MEDIA_URL = "media/"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "notes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True

