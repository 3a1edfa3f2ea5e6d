"""Development and ``make run``: open on loopback, mail kept in files, embedded servers unless told otherwise."""

import os
import sys

import structlog
from django.core.exceptions import ImproperlyConfigured

from cluster_portal import embedded

from .base import *

for _name, _url in embedded.running_urls().items():
    os.environ.setdefault(_name, _url)
if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
    raise ImproperlyConfigured("No servers: start the portal with `make run`, or set DATABASE_URL and REDIS_URL")

DEBUG = True
SECRET_KEY = "development only, never secret"  # noqa: S105
SEALING_KEYS = ["ZGV2ZWxvcG1lbnQgb25seSwgbmV2ZXIgc2VjcmV0ISE="]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INTERNAL_IPS = ["127.0.0.1"]

DATABASES = postgresql(env("DATABASE_URL"))
CACHES = redis_caches(env("REDIS_URL"))
CELERY_BROKER_URL = env("REDIS_URL")

SITE_ADDRESS = env("SITE_ADDRESS", default="http://127.0.0.1:8000")  # `make run` says which port it has found
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
EMAIL_HOST = ""  # letters stay where they lie and are read at /mailbox/
DEFAULT_FROM_EMAIL = "portal@example.org"
OFFICE_EMAIL = "office@example.org"

# Anyone may try the portal as staff without a telephone at hand; production has no such list.
DEMO_LOGINS_WITHOUT_SECOND_FACTOR = ["staff@example.org", "editor@example.org"]

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = logging_config(structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()))
# runserver writes a line for each request already
LOGGING["loggers"] = {"django_structlog": {"level": "WARNING"}}
