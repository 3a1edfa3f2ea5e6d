from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from allauth.account.signals import email_changed

        from events import personal_data  # noqa: F401 - names its holder
        from events.registering.registrations import follow_account

        email_changed.connect(follow_account)
