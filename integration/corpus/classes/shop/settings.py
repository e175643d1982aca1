import os
from pathlib import Path

import dj_database_url
from configurations import Configuration, values


class Base(Configuration):
    BASE_DIR = Path(__file__).resolve().parent.parent
    SECRET_KEY = values.SecretValue()
    DEBUG = False
    DATABASES = {"default": dj_database_url.config()}
    INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.staticfiles", "notes"]
    MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware"]
    ROOT_URLCONF = "shop.urls"
    WSGI_APPLICATION = "shop.wsgi.application"
    TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
    DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
    STATIC_URL = "/static/"
    MEDIA_URL = "/media/"


class Production(Base):
    ALLOWED_HOSTS = values.ListValue([], environ_name="ALLOWED_HOSTS", environ_prefix=None)
    CSRF_TRUSTED_ORIGINS = values.ListValue([], environ_name="CSRF_TRUSTED_ORIGINS", environ_prefix=None)
    STATIC_ROOT = os.environ.get("STATIC_ROOT", "staticfiles")
    MEDIA_ROOT = os.environ.get("MEDIA_ROOT", "media")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
