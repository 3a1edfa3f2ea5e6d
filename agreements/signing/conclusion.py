"""With the last signature the agreement is concluded: number, day, and the order for its papers, all or nothing."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from agreements.life.machine import Who, turn
from agreements.models import Agreement
from agreements.signing.packages import order_package
from common.numbers import next_number
from members.models import User


def conclude(agreement: Agreement, *, who: Who, by: User, facts: Mapping[str, Any]) -> None:
    """Of the locked agreement, in the transaction of the signature."""
    give_number(agreement, on=timezone.localdate())
    turn(agreement, "sign", who=who, by=by, completes=True, **facts, number=agreement.number)
    agreement.package = order_package(agreement)  # with this last signature in its history
    agreement.save(update_fields=["package"])


def give_number(agreement: Agreement, *, on: datetime.date) -> None:
    """The next one of its year, without a gap."""
    agreement.concluded_on = on
    agreement.number = f"{on.year}-{next_number(f'agreement {on.year}'):04}"
