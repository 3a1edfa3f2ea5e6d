from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "cluster_portal.operations"
    label = "operations"
