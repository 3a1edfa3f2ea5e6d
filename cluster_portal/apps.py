from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    default_site = "cluster_portal.admin_site.PortalAdminSite"
