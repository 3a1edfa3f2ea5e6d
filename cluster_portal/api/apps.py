from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "cluster_portal.api"
    label = "api"
