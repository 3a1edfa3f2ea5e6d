"""What is asked for again, by a second press, after a lost answer or by a program that tries anew, is made once.

The key comes from who asks: a hidden field of a form, or a header of the API.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.models import IdempotencyKey

Made = TypeVar("Made", bound=Model)


class KeyReused(RuleViolated):
    code = "idempotency_key_reused"


@transaction.atomic
def once(make: Callable[[], Made], *, model: type[Made], scope: str, key: str, asked: Mapping[str, Any]) -> Made:
    """What ``make`` makes, or has made for the same ``key`` in this ``scope``: who asks for what, in words.

    Of two at the same time the later waits for the earlier. What fails leaves no key behind and may be tried again.

    Raises KeyReused where the key came with something else before, or what it made is gone.
    """
    fingerprint = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
    claim, is_new = IdempotencyKey.objects.get_or_create(scope=scope, key=key, defaults={"fingerprint": fingerprint})
    if is_new:
        made = make()
        claim.made = made.pk
        claim.save(update_fields=["made"])
        return made
    if claim.fingerprint != fingerprint:
        raise KeyReused(_("This was sent before, with other content. See what is there before you send it anew."))
    known = model._default_manager.filter(pk=claim.made).first()
    if known is None:
        raise KeyReused(_("This was sent before, and what it made has been deleted since."))
    return known
