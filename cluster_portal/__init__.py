"""The roof: settings, addresses and the pages that show several domains. No app imports it."""

from cluster_portal.celery import app as celery_app

__all__ = ["celery_app"]
