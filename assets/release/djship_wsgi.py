"""The application that DJSHIP_SERVES names, behind settings that Django has read already: its module may force others on the environment."""
import importlib
import os

import django

django.setup()
_module, _, _name = os.environ['DJSHIP_SERVES'].partition(':')
application = getattr(importlib.import_module(_module), _name or 'application')
