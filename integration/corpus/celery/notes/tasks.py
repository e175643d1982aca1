from celery import shared_task

from .models import Note


@shared_task
def forget():
    Note.objects.all().delete()
