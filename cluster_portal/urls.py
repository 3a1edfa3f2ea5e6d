"""Every address of the portal; who gets which answer there stands in tests/permission_table.py."""

from pathlib import Path

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path
from django.views.static import serve

from cluster_portal.pages import errors

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler429 = errors.rate_limited
handler500 = errors.server_error


def uploads() -> list[URLPattern]:
    """In development, as nginx has it: of the uploads only public pictures have an address."""
    view, root = login_not_required(serve), Path(settings.MEDIA_ROOT)
    folders = ("logos", "covers")
    return [
        route for name in folders for route in static(f"{settings.MEDIA_URL}{name}/", view, document_root=root / name)
    ]


admin.autodiscover()

urlpatterns = [
    path("", include("common.urls")),
    path("", include("agreements.urls")),
    path("", include("events.urls")),
    path("", include("members.urls")),
    path("", include("projects.urls")),
    path("", include("technoparks.urls")),
    path("", include("cluster_portal.pages.urls")),
    path("account/", include("allauth.urls")),
    path("api/v1/", include("cluster_portal.api.urls")),
    path("admin/", admin.site.urls),
    *uploads(),
]
