"""The roof: settings, addresses and the pages that show several domains. No app imports it."""

import gc

# A start makes hundreds of thousands of objects that stay. Python would look through them for garbage after every 700
# new ones, which took about a tenth of that time.
gc.set_threshold(50_000)

from cluster_portal.celery import app as celery_app  # noqa: E402 - what is imported is what stays

__all__ = ["celery_app"]
