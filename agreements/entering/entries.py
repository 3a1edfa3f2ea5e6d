"""Agreements of the past, entered by the office from the paper on which they were concluded. The portal gives them a
number and keeps an eye on what they promise; of their signatures it claims nothing."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import chain
from agreements.drafting.drafts import attach_file, make_version, write_columns
from agreements.life.machine import Who, turn
from agreements.models import NUMBERED, Agreement, Party
from agreements.running.course import end, take_effect
from agreements.signing.conclusion import give_number
from agreements.terms import Promise, Terms
from common.text import fold
from common.uploads import CheckedDocument
from members.models import Organisation, User

Identity = tuple[datetime.date, frozenset[int], str]


@dataclass(frozen=True, slots=True)
class PaperAgreement:
    """As it stands on the paper. The first party is the one that drew it up; promises name parties by their place."""

    kind: str
    parties: tuple[Organisation, ...]
    subject: str
    concluded_on: datetime.date
    subject_en: str = ""
    own_number: str = ""
    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    is_public: bool = False
    promises: tuple[Promise, ...] = ()

    @property
    def identity(self) -> Identity:
        """No two agreements of the same parties and the same day share their number, or else what they are about."""
        return self.concluded_on, frozenset(one.pk for one in self.parties), fold(self.own_number or self.subject)

    @property
    def terms(self) -> Terms:
        return Terms(
            subject=self.subject,
            subject_en=self.subject_en,
            starts_on=self.starts_on.isoformat() if self.starts_on else "",
            ends_on=self.ends_on.isoformat() if self.ends_on else "",
            promises=self.promises,
        )


def known(days: Collection[datetime.date]) -> dict[Identity, Agreement]:
    """What the register has of these days."""
    found: dict[Identity, Agreement] = {}
    of_days = Agreement.objects.filter(state__in=NUMBERED, concluded_on__in=days).order_by("-pk")
    for agreement in of_days.prefetch_related("parties"):
        parties = frozenset(party.organisation_id for party in agreement.parties.all())
        day = cast("datetime.date", agreement.concluded_on)  # as all that is numbered has
        found[day, parties, fold(agreement.own_number or agreement.subject)] = agreement
    return found


@transaction.atomic
def enter_agreement(
    entry: PaperAgreement, *, by: User | None, scan: CheckedDocument | None = None
) -> tuple[Agreement, bool]:
    """And whether it is new: what stands in the register already is left as it is.

    It is in force from its first day, and over where its last has passed, without anybody being told of days gone by.
    """
    chain.hold()  # of two who enter the same, the second finds it
    if there := known([entry.concluded_on]).get(entry.identity):
        return there, False
    agreement = Agreement(
        kind=entry.kind,
        initiator=entry.parties[0],
        author=by,
        is_public=entry.is_public,
        is_entered=True,
        own_number=entry.own_number,
        shared_at=timezone.now(),
    )
    write_columns(agreement, entry.terms)
    agreement.save()
    for position, organisation in enumerate(entry.parties, 1):
        Party.objects.create(agreement=agreement, organisation=organisation, position=position)
    if scan:
        attach_file(agreement, document=scan, title=_("Copy of the paper"), by=by)
    version = make_version(agreement, entry.terms, by=by, organisation=entry.parties[0], note=_("Entered from paper"))
    give_number(agreement, on=entry.concluded_on)
    turn(agreement, "enter", who=Who.OFFICE, by=by, version=version.sha256, number=agreement.number)
    today = timezone.localdate()
    if (entry.starts_on or entry.concluded_on) <= today:
        take_effect(agreement)
        if entry.ends_on and entry.ends_on < today:
            end(agreement, "expire")
    return agreement, True
