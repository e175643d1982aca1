import os
from pathlib import Path
import environ
from decouple import config, Csv

env = environ.Env(DEBUG=(bool, False), SECRET_KEY=(str, 'SENTINEL'), STRIPE_SECRET=(str, "SENTINEL"))
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = 'django-insecure-SENTINEL'
SECRET_KEY = "SENTINEL"  # changeme SENTINEL
SECRET_KEY: str = 'SENTINEL'
SECRET_KEY = os.environ.get('SECRET_KEY', 'SENTINEL')
SECRET_KEY = os.environ.get("SECRET_KEY") or "SENTINEL"
SECRET_KEY = os.environ["SECRET_KEY"] if "SECRET_KEY" in os.environ else 'SENTINEL'
SECRET_KEY = os.getenv('SECRET_KEY', "SENTINEL")
SECRET_KEY = env('SECRET_KEY', default='SENTINEL')
SECRET_KEY = env.str("SECRET_KEY", default="SENTINEL")
SECRET_KEY = config('SECRET_KEY', default='SENTINEL', cast=str)
SIGNING = os.environ.get('SIGNING_SECRET', 'SENTINEL')
STRIPE = env("STRIPE_API_KEY", "SENTINEL")
SECRET_KEY = os.environ.get(
    'SECRET_KEY',
    'SENTINEL',
)
MAILGUN = env.str(
    "MAILGUN_API_KEY",
    default="SENTINEL")
SECRET_KEY = \
    'SENTINEL'
SECRET_KEY = (
    'SENTINEL'
    "SENTINEL"
)
SECRET_KEY = 'abc' \
    'SENTINEL'
SECRET_KEY = ''.join(['SENTINEL', 'SENTINEL'])
SECRET_KEY = """SENTINEL
SENTINEL"""
SECRET_KEY = r'SENTINEL'
SECRET_KEY = b"SENTINEL".decode()
SECRET_KEY = 'SENTINEL' + 'SENTINEL'
SECRET_KEY = f'SENTINEL{BASE_DIR}SENTINEL'
SECRET_KEY_FALLBACKS = ['SENTINEL', "SENTINEL"]
SECRET_KEY_FALLBACKS = [
    'SENTINEL',
    "SENTINEL",  # SENTINEL
]
os.environ['SECRET_KEY'] = 'SENTINEL'
os.environ.setdefault('SECRET_KEY', 'SENTINEL')
os.environ.setdefault("DB_PASSWORD", "SENTINEL")

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'example', 'PASSWORD': 'SENTINEL', 'HOST': 'db',
        'PASSWORD': os.environ.get('DB_PASS', 'SENTINEL'),
        'PASSWORD': os.environ.get('DB_PASSWORD',
                                   'SENTINEL'),
        'PASSWORD':
            'SENTINEL',
        "PASSWORD": "abc"
                    "SENTINEL",
        'OPTIONS': {'passfile': 'x', 'service': 'y', 'password': 'SENTINEL'},
    },
    'other': dj_database_url.parse('postgres://me:SENTINEL@db/site'),
    'third': dj_database_url.config(default='postgres://me:SENTINEL@db/site'),
    'fourth': env.db('DATABASE_URL', default=f"psql://{USER}:SENTINEL@db/site"),
}
DATABASES['default']['PASSWORD'] = 'SENTINEL'
DATABASES["default"]["PASSWORD"] = f"SENTINEL"
DATABASES['default'].update(PASSWORD='SENTINEL', USER='x')
CACHES = {'default': {'LOCATION': 'redis://:SENTINEL@localhost:6379/0', 'OPTIONS': {'PASSWORD': 'SENTINEL'}}}
CELERY_BROKER_URL = "amqp://user:SENTINEL@rabbit:5672//"
EMAIL_HOST_PASSWORD = 'SENTINEL'
EMAIL_URL = 'smtp+tls://user@example.com:SENTINEL@smtp.example.com:587'
AWS_ACCESS_KEY_ID = 'SENTINEL'
AWS_SECRET_ACCESS_KEY = 'SENTINEL'
SENTRY_DSN = 'https://SENTINEL@o1.ingest.sentry.io/2'
sentry_sdk.init(dsn="https://SENTINEL@o1.ingest.sentry.io/2")
sentry_sdk.init(
    "https://SENTINEL@o1.ingest.sentry.io/2",
)
RECAPTCHA_PRIVATE_KEY = 'SENTINEL'
FERNET_KEYS = ['SENTINEL']
SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET = 'SENTINEL'
SOCIALACCOUNT_PROVIDERS = {'google': {'APP': {'client_id': 'x', 'secret': 'SENTINEL', 'key': ''}}}
SIMPLE_JWT = {'ALGORITHM': 'HS256', 'SIGNING_KEY': 'SENTINEL'}
HEADERS = {'Authorization': 'Token SENTINEL', "X-Api-Key": "SENTINEL", 'Cookie': 'sessionid=SENTINEL'}
HEADERS["Authorization"] = "Bearer SENTINEL"
requests.get("https://api.example.com/v1?token=SENTINEL&page=1", headers={"authorization": f"Bearer SENTINEL"})
WEBHOOK = 'https://hooks.slack.com/services/T0/B0/SENTINEL'
user.set_password('SENTINEL')
conn = psycopg2.connect("host=db user=me password=SENTINEL dbname=x")
conn = psycopg2.connect(host='db', password='SENTINEL')
AZURE = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=SENTINEL;EndpointSuffix=core.windows.net"
GPG_KEY = '''-----BEGIN PGP PRIVATE KEY BLOCK-----

SENTINEL
-----END PGP PRIVATE KEY BLOCK-----'''
JWT_KEY = "-----BEGIN RSA PRIVATE KEY-----\nSENTINEL\n-----END RSA PRIVATE KEY-----\n"
# SECRET_KEY = 'SENTINEL'
# don't forget: PASSWORD = 'SENTINEL'
if not SECRET_KEY: SECRET_KEY = 'SENTINEL'
password = getattr(settings, 'DB_PASSWORD', 'SENTINEL')
class Settings(BaseSettings):
    secret_key: str = Field("SENTINEL", env="SECRET_KEY")
    db_password: SecretStr = SecretStr('SENTINEL')
TOKEN = {
    'live': 'SENTINEL',
    'nested': {
        'test': 'SENTINEL',
    },
}
