"""How django-allauth meets this portal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import Provider
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from common.cookies import remember
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, ACCOUNT_NOTICE
from members.account.second_factor import has_second_factor
from members.models import User
from members.notices.topics import forget_owner
from members.people import locked_person


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request: HttpRequest) -> User:
        return User(language=translation.get_language())

    def login(self, request: HttpRequest, user: User) -> None:
        """With the password as it stands: ``keep_what_was_shown`` may have taken it from the row meanwhile."""
        user.refresh_from_db(fields=["password"])
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
        return response

    def unstash_verified_email(self, request: HttpRequest) -> None:
        """Who has opened an invitation has shown that its address is theirs, and of a sign-up with that address
        ``is_email_verified`` says so. allauth would give the address to a sign-up with any other one as well, which
        then needed no code: whoever is invited could open an account with the address of somebody else."""

    def clean_email(self, email: str) -> str:
        """No longer than it can be kept: allauth would cut it, to the address of somebody else."""
        MaxLengthValidator(User._meta.get_field("email").max_length)(email)
        return super().clean_email(email)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Who has a second factor is asked for it, as the password may be what somebody has stolen."""
        methods = super().get_reauthentication_methods(user)
        if has_second_factor(user):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def is_safe_url(self, url: str) -> bool:
        """Stricter than allauth, which trusts every host the portal answers to: stay on the one asked."""
        allowed = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(url, allowed_hosts=allowed, require_https=self.request.is_secure())

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Raises RuleViolated for who was erased while the code was on its way."""
        locked_person(email_address.user)
        return super().confirm_email(request, email_address)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose address it is or, as with a former or a new one, of who is logged in."""
        reader = User.objects.filter(email=email.lower()).first() or self.request.user
        language = reader.language if reader.is_authenticated else translation.get_language()
        with translation.override(language), transaction.atomic():
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        super().send_notification_mail(template_prefix, user, {**(context or {}), "is_notice": True}, email)

    def render_mail(self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None) -> Letter:
        drawn = super().render_mail(template_prefix, email, context, headers)
        purpose = ACCOUNT_NOTICE if "is_notice" in context else ACCOUNT
        return Letter(drawn.subject, drawn.body, drawn.from_email, drawn.to, headers=headers, purpose=purpose)


class ProviderIsOff(Http404):
    """A provider without keys is not there; in a template its name is empty."""

    silent_variable_failure = True


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        try:
            return super().get_provider(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise ProviderIsOff from None


# --- The first proof of an address ---------------------------------------------------------------------------------
# Anybody may sign up with an address that is not theirs and wait until its owner comes. Whoever shows first that the
# address is theirs therefore finds nothing there that was not given in their own session. Receivers, see apps.py.


def count_given_password_as_shown(request: HttpRequest, user: User, **kwargs: object) -> None:
    """Of allauth's ``user_signed_up``: who has just chosen the password knows it."""
    if user.has_usable_password():
        record_authentication(request, user, "password")


def keep_what_was_shown(request: HttpRequest, email_address: EmailAddress, **kwargs: object) -> None:
    """Of allauth's ``email_confirmed``: the password and the providers stay if this session has logged in with them."""
    user = email_address.user
    if _has_proved_an_address(user, besides=email_address.pk):
        return
    shown = {record["method"] for record in get_authentication_records(request, user)}
    if "password" in shown:
        SocialAccount.objects.filter(user=user).delete()
    elif "socialaccount" not in shown:
        _forget_who_signed_up(user)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        end_other_sessions(request, user)
        text = _(
            "This address had been signed up before it was confirmed. As that may not have been you, the name and "
            "the password given then are gone: set your own in your account."
        )
        messages.info(request, text)


def forget_who_signed_up(request: HttpRequest, user: User, **kwargs: object) -> None:
    """Of allauth's ``password_reset``, by a link that only the owner of the address was sent."""
    if not _has_proved_an_address(user):
        _forget_who_signed_up(user)


def _has_proved_an_address(user: User, *, besides: int | None = None) -> bool:
    return EmailAddress.objects.filter(user=user, verified=True).exclude(pk=besides).exists()


def _forget_who_signed_up(user: User) -> None:
    """The name, the consents and the connected providers; the password and the sessions are for the caller."""
    SocialAccount.objects.filter(user=user).delete()
    user.consents.all().delete()
    user.last_name = user.first_name = user.patronymic = ""
    user.save(update_fields=["last_name", "first_name", "patronymic"])


def let_go_of_letters(
    from_email_address: EmailAddress | None, to_email_address: EmailAddress, **kwargs: object
) -> None:
    """Of allauth's ``email_changed``: what went to the former address, or to whoever had the new one, acts no more."""
    forget_owner(*(one.email for one in (from_email_address, to_email_address) if one))
