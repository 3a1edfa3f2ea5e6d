import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from common.page_cache import EarlyAnswers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings.production")

portal = get_wsgi_application()
import_module(settings.ROOT_URLCONF)  # or the first request would wait for it
application = EarlyAnswers(portal)
gc.freeze()  # what has been loaded stays, and need not be looked through for garbage again and again
