from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "cluster_portal.demo"
    label = "demo"
