from django.conf import settings
from django.shortcuts import render

from .models import Note


def home(request):
    with open(settings.DATA_DIR / "visits", "a+") as file:
        file.write(".")
        file.seek(0)
        visits = len(file.read())
    response = render(request, "notes/home.html", {"notes": Note.objects.count()})
    response["X-Visits"] = str(visits)
    return response
