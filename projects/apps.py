from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        # Confirmed pledges count towards obligations in every process, whoever recounts them.
        from projects.life import pledges  # noqa: F401
