"""Production: everything that differs or is secret comes from the environment (.env.example names it)."""

import structlog

from .base import *

DEBUG = False
SECRET_KEY = env("SECRET_KEY")
# Links in letters that went out are signed with the key of their day.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Names in annexes of agreements are sealed with the first; those that follow it still open (docs/operations.md).
SEALING_KEYS = env.list("SEALING_KEYS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
# What is printed leads here: to the first name of the site, which is its own.
SITE_ADDRESS = f"https://{ALLOWED_HOSTS[0]}"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

DATABASES = postgresql(env("DATABASE_URL"))
CACHES = redis_caches(env("REDIS_URL"))
CELERY_BROKER_URL = env("REDIS_URL")

vars().update({**env.email_url("EMAIL_URL", default="smtp://localhost:25"), "EMAIL_BACKEND": EMAIL_BACKEND})
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OFFICE_EMAIL = env("OFFICE_EMAIL")
DEMO_LOGINS_WITHOUT_SECOND_FACTOR: list[str] = []

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True

TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=1)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
REST_FRAMEWORK = {**REST_FRAMEWORK, "NUM_PROXIES": TRUSTED_PROXIES}

MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "media")
PRIVATE_FILES_LOCATION = env("PRIVATE_FILES_LOCATION", default="/private/")
SIGNATURE_ROOTS = env("SIGNATURE_ROOTS", default=None)
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
MAIL_RELAYS = env.int("MAIL_RELAYS", default=MAIL_RELAYS)
MAIL_PER_MINUTE = {domain: int(limit) for domain, limit in env.dict("MAIL_PER_MINUTE", default={}).items()}
LOGGING = logging_config(structlog.processors.JSONRenderer(ensure_ascii=False))
