from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.admin import apps
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks


class AdminConfig(apps.SimpleAdminConfig):
    """What the office shows is imported with the addresses, so a worker, beat and most commands start without it."""

    default_site = "cluster_portal.admin_site.PortalAdminSite"

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(check_office, checks.Tags.admin)


def check_office(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What Django checks of the admin, once it is there."""
    import_module(settings.ROOT_URLCONF)
    return check_admin_app(app_configs, **kwargs)
