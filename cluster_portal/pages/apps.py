from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "cluster_portal.pages"
    label = "pages"
