"""The settings of a release: the project's own, which DJSHIP_SETTINGS_MODULE names, and what djship puts right of them."""
import importlib
import os
import sys

import djship_overlay


def _put_right():
    name = os.environ.get('DJSHIP_SETTINGS_MODULE')
    if not name or name == __name__:
        raise ImportError("DJSHIP_SETTINGS_MODULE does not name the settings of the project")
    with djship_overlay.Known() as known:
        own = importlib.import_module(name)
    settings = dict((n, getattr(own, n)) for n in dir(own) if n.isupper())
    if 'configurations' in sys.modules and 'INSTALLED_APPS' not in settings:
        raise ImportError("settings of django-configurations are classes, which can't be put right from outside: "
                          "overlay = false in djship.toml leaves them as they are")
    return djship_overlay.put_right(settings, name, known.made)


globals().update(_put_right())
