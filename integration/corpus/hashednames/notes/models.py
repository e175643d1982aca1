from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import models

# As packages do that have a way of their own with static files: they look at the storage as they are imported.
HASHED = hasattr(staticfiles_storage, "hashed_files")


class Note(models.Model):
    text = models.CharField(max_length=200)
