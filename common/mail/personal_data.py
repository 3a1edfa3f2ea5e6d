"""Letters are about a person by their address alone."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.mail.purposes import PURPOSES, named
from common.mail.subscriptions import LINK
from common.models import MailAttachment, MailState, OutgoingMail, SignedLink, SuppressedAddress, Unsubscription
from common.models.mail import WAITING
from common.personal_data import Holder, Person, Record, described, register, told

UNFINISHED = (*WAITING, MailState.SENDING, MailState.UNKNOWN)
WIPED: dict[str, Any] = {
    "recipient": "", "domain": "", "subject": "", "text": "", "html": "", "headers": {}, "key": "", "error": "",
}  # fmt: skip


def last_purposes() -> list[str]:
    return [name for name, purpose in PURPOSES.items() if purpose.is_last]


def letters_to(person: Person) -> QuerySet[OutgoingMail]:
    since_then = OutgoingMail.objects.filter(created_at__gte=person.since)
    return since_then.annotate(reader=Lower("recipient")).filter(reader__in=person.addresses)


def _collect_letters(person: Person) -> Iterator[Record]:
    for letter in letters_to(person):
        purpose = told("purpose", _("purpose"), str(named(letter.purpose).title))
        yield [*described(letter, "recipient", "subject", "created_at", "state", "finished_at"), purpose]


def _erase_letters(person: Person) -> int:
    """But for the last one, which goes out first, and then by itself (``forget_last_letters``)."""
    return wipe(letters_to(person).exclude(purpose__in=last_purposes()))


def wipe(letters: QuerySet[OutgoingMail]) -> int:
    """They stay as rows of nobody; what has not reached its end never goes, or never again."""
    keys = [*letters.values_list("pk", flat=True)]
    MailAttachment.objects.filter(mail__in=keys).delete()
    rows = OutgoingMail.objects.filter(pk__in=keys)
    wiped = rows.update(**WIPED)
    rows.filter(state__in=UNFINISHED).update(state=MailState.FAILED, finished_at=timezone.now())
    return wiped


def forget_last_letters() -> int:
    """With its outcome, whatever it was, the last letter to somebody forgets whom it went to."""
    over = OutgoingMail.objects.filter(purpose__in=last_purposes()).exclude(recipient="")
    return wipe(over.filter(state__in=(MailState.SENT, MailState.FAILED, MailState.UNKNOWN)))


def _collect_suppressed(person: Person) -> Iterator[Record]:
    for row in SuppressedAddress.objects.filter(address__in=person.addresses):
        yield described(row, "address", "reason", "since")


def _erase_suppressed(person: Person) -> int:
    return SuppressedAddress.objects.filter(address__in=person.addresses).delete()[0]


def _collect_unsubscriptions(person: Person) -> Iterator[Record]:
    for row in Unsubscription.objects.filter(address__in=person.addresses):
        purpose = told("purpose", _("purpose"), str(named(row.purpose).title))
        yield [*described(row, "address", "since"), purpose]


def _erase_unsubscriptions(person: Person) -> int:
    """With the links in former letters, which name the address."""
    for address in person.addresses:
        SignedLink.objects.filter(purpose=LINK, subject__startswith=f"{address} ").delete()
    return Unsubscription.objects.filter(address__in=person.addresses).delete()[0]


register(
    Holder(
        "letters",
        _("Letters of the portal to you"),
        ("common.OutgoingMail", "common.MailAttachment"),
        _collect_letters,
        _erase_letters,
    )
)
register(
    Holder(
        "suppressed_addresses",
        _("Your addresses to which letters did not get through"),
        ("common.SuppressedAddress",),
        _collect_suppressed,
        _erase_suppressed,
    )
)
register(
    Holder(
        "unsubscriptions",
        _("Letters that you have unsubscribed from"),
        ("common.Unsubscription", "common.SignedLink"),
        _collect_unsubscriptions,
        _erase_unsubscriptions,
    )
)
