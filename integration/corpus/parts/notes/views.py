from django.shortcuts import render

from .models import Note


def home(request):
    return render(request, "notes/home.html", {"notes": Note.objects.count()})
