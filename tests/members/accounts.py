"""People with a confirmed address, as sign-up leaves them; their letters and one-time codes."""

import re
import time
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from common.models import OutgoingMail
from members.consents.services import text_in_force
from members.models import Consent, User
from tests.factories.members import UserFactory

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PASSWORD = "Сложный-пароль-1"


def confirmed(**fields: object) -> User:
    user: User = UserFactory.create(**fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def ticked() -> dict[str, str]:
    """The box of the consent at sign-up: its value is the text that stands beside it."""
    return {"consent": str(text_in_force("account").pk)}


def has_consent(user: User, purpose: str) -> bool:
    return Consent.objects.standing().of_purpose(purpose).filter(user=user).exists()


def log_in(client: Client, user: User, **data: str) -> "Answer":
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD, **data})


def is_logged_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def written() -> list[OutgoingMail]:
    """All letters so far, the first one first."""
    return list(OutgoingMail.objects.order_by("pk"))


def code_in(letter: OutgoingMail) -> str:
    return re.findall(r"^\d{4}-\d{4}$", letter.text, re.MULTILINE)[0]


def link_in(letter: OutgoingMail) -> str:
    return re.findall(r"http://testserver(\S+)", letter.text)[0]


def set_up_app(user: User) -> str:
    """Give the person an app with codes; returns the key that the app keeps."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def app_code(secret: str) -> str:
    """What the app shows now (RFC 6238)."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def recovery_code_of(user: User) -> str:
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
