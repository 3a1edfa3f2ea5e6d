from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from allauth.account.signals import email_changed, email_confirmed, password_reset, user_signed_up
        from allauth.mfa.signals import authenticator_added
        from allauth.socialaccount.views import login_error
        from django.contrib.auth.decorators import login_not_required
        from django.db.models.signals import post_save

        from members.account import adapters, second_factor
        from members.models import User
        from members.notices import topics

        authenticator_added.connect(second_factor.count_new_factor_as_passed)
        user_signed_up.connect(adapters.count_given_password_as_shown)
        email_confirmed.connect(adapters.keep_what_was_shown)
        password_reset.connect(adapters.forget_who_signed_up)
        post_save.connect(topics.new_owner_begins_anew, sender=User)
        email_changed.connect(adapters.let_go_of_letters)
        login_not_required(login_error)  # allauth left it out: who meets the page could not log in
