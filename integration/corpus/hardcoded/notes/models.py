from django.apps import apps
from django.core import checks
from django.db import connection, models


@checks.register
def postgres_app(app_configs, **kwargs):
    """As packages have it that search by what PostgreSQL can, where that is the database."""
    if connection.vendor == "postgresql" and not apps.is_installed("django.contrib.postgres"):
        return [checks.Error("'django.contrib.postgres' must be in INSTALLED_APPS")]
    return []


class Note(models.Model):
    text = models.CharField(max_length=200)
