"""What nobody reads who has the database alone: sealed with keys that only the settings know (Fernet: AES with a check
that nothing was changed). The first key seals, all of them open, so keys are changed without a pause."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import checks
from django.utils.translation import gettext as _

from common.errors import RuleViolated


class NotReadable(RuleViolated):
    code = "not_readable"


def seal(text: str) -> str:
    """Raises NotReadable where there is no key: what could not be opened again is not taken."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises NotReadable where the key is gone, or a byte was changed."""
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken as error:
        raise NotReadable(_("The key that this was sealed with is not in the settings.")) from error


def sealed_anew(sealed: str) -> str:
    """With the first key."""
    try:
        return _keys().rotate(sealed).decode()
    except InvalidToken as error:
        raise NotReadable(_("The key that this was sealed with is not in the settings.")) from error


def _keys() -> MultiFernet:
    if not settings.SEALING_KEYS:
        raise NotReadable(_("The portal has no key to seal names with. Please tell the association."))
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])


@checks.register(checks.Tags.security, deploy=True)
def check_keys(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """There are some, and each is one."""
    try:
        [Fernet(key) for key in settings.SEALING_KEYS]
    except ValueError:
        return [checks.Error("A key of SEALING_KEYS is none.", hint=HINT, id="common.E002")]
    if not settings.SEALING_KEYS:
        return [checks.Error("SEALING_KEYS is empty: annexes with names cannot be kept.", hint=HINT, id="common.E001")]
    return []


HINT = "Make one with: head -c 32 /dev/urandom | base64 | tr +/ -_"
