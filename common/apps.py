from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        from common import sealing, staff_views  # noqa: F401 - they register themselves
        from common.mail import personal_data  # noqa: F401

        autodiscover_modules("tasks")  # jobs register themselves there, and the admin site lists them
        autodiscover_modules("personal_data")  # and there who holds what about a person
        autodiscover_modules("invariants")  # and there what must hold of what is stored
