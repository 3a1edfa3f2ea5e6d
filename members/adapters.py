"""How django-allauth meets this portal."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import Provider
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from common.cookies import remember
from members.models import User


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request: HttpRequest) -> User:
        return User(language=translation.get_language())

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember(response, settings.LANGUAGE_COOKIE_NAME, user.language)
        return response

    def is_safe_url(self, url: str) -> bool:
        """Stricter than allauth, which trusts every host the portal answers to: stay on the one asked."""
        allowed = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(url, allowed_hosts=allowed, require_https=self.request.is_secure())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose address it is or, as with a former or a new one, of who is logged in."""
        reader = User.objects.filter(email=email.lower()).first() or self.request.user
        with translation.override(reader.language if reader.is_authenticated else translation.get_language()):
            super().send_mail(template_prefix, email, context)


class ProviderIsOff(Http404):
    """A provider without keys is not there; in a template its name is empty."""

    silent_variable_failure = True


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        try:
            return super().get_provider(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise ProviderIsOff from None
