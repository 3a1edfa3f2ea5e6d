import os

from django.core.wsgi import get_wsgi_application

from common.page_cache import EarlyAnswers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings.production")

application = EarlyAnswers(get_wsgi_application())
