DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": "db", "NAME": "shop", "USER": "shop", "PASSWORD": "shop"}}
