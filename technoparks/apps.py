from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TechnoparksConfig(AppConfig):
    name = "technoparks"
    verbose_name = _("Technoparks")

    def ready(self) -> None:
        from technoparks import handovers  # noqa: F401 - it names what is handed over
