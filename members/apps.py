from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from members.second_factor import count_new_factor_as_passed

        authenticator_added.connect(count_new_factor_as_passed, dispatch_uid="count_new_factor_as_passed")
