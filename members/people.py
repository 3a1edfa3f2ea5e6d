"""A person's own row."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User


def locked_person(user: User) -> User:
    """As they are now, held until the end of the transaction. Whatever is written about a person is written under it.

    Raises RuleViolated for who has been erased, however long ago ``user`` was read.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if person.erased_at:
        raise RuleViolated(_("This account has been erased."), code="erased")
    return person


@transaction.atomic
def update_person(user: User, *, changes: Mapping[str, Any]) -> User:
    """Write these fields. Raises RuleViolated for who has been erased."""
    person = locked_person(user)
    for name, value in changes.items():
        setattr(person, name, value)
    person.save(update_fields=[*changes])
    return person
