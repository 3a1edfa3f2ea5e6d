"""Every address of the portal; who gets which answer there stands in tests/permission_table.py."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

from cluster_portal.pages import errors

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler429 = errors.rate_limited
handler500 = errors.server_error

urlpatterns = [
    path("", include("common.urls")),
    path("", include("members.urls")),
    path("", include("cluster_portal.pages.urls")),
    path("account/", include("allauth.urls")),
    path("api/v1/", include("cluster_portal.api.urls")),
    path("admin/", admin.site.urls),
    *(static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT) if settings.DEBUG else []),
]
