"""Tests: real PostgreSQL and Valkey, everything else in memory."""

import structlog

from .base import *

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]  # a step of `make check`
SECRET_KEY = "tests only, never secret"  # noqa: S105
SEALING_KEYS = ["dGVzdHMgb25seSwgbmV2ZXIgc2VjcmV0LCAzMiBiLi4="]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

DATABASES = postgresql(env("DATABASE_URL", default="postgres://portal@127.0.0.1/portal"))
CACHES = redis_caches(env("REDIS_URL", default="redis://127.0.0.1:6379/0"))
CELERY_BROKER_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_HOST = ""
DEFAULT_FROM_EMAIL = "portal@example.org"
OFFICE_EMAIL = "office@example.org"
SITE_ADDRESS = "http://testserver"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
DEMO_LOGINS_WITHOUT_SECOND_FACTOR: list[str] = []

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # or each client of a test would walk through all static files
LOGGING = logging_config(structlog.dev.ConsoleRenderer(), level="ERROR")
