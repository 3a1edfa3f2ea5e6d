"""For the processes of the fault tests: those of the tests, but with real files and mail, and with waiting times that a
test can wait for. Each tick comes after a second instead of ten."""

from cluster_portal.settings.test import *

EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = env.int("EMAIL_PORT", default=1)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=EMAIL_TIMEOUT)
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT", default=CELERY_TASK_TIME_LIMIT)
CELERY_TASK_SOFT_TIME_LIMIT = min(CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT)
MEDIA_ROOT = env.path("MEDIA_ROOT", default=VAR_DIR / "test" / "media")
STORAGES = {**STORAGES, "private": {"BACKEND": "common.private_files.PrivateStorage"}}
TIME_ZONE = env("TIME_ZONE", default=TIME_ZONE)
CELERY_BEAT_SCHEDULE = {name: {**entry, "schedule": 1.0} for name, entry in CELERY_BEAT_SCHEDULE.items()}
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["register"] = env("REGISTER_RATE", default="60/min")
