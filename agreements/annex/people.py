"""The restricted annex: whom an agreement is about. Names are needed to let people in and to teach them; they stand
here, sealed, and nowhere else: not in the text that is signed, no letter, list, search or paper (152-ФЗ, ст. 5)."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import chain
from agreements.kinds import KINDS
from agreements.life.machine import locked_agreement
from agreements.models import IN_FORCE, UNCONCLUDED, Agreement, AnnexPerson
from common.errors import RuleViolated
from common.idempotency import once
from common.sealing import NotReadable, seal, sealed_anew, unseal
from members.models import Organisation, User

MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What is sealed of a person. ``needed``: what they must be known by besides; ``basis``: where the parent's consent
    is kept."""

    name: str
    needed: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """``told`` is None where no key of the settings opens it."""

    person: AnnexPerson
    told: Told | None


def entries_of(agreement: Agreement) -> list[Entry]:
    """By name; what cannot be read comes last."""
    entries = [Entry(one, _readable(one)) for one in agreement.annex.select_related("organisation")]
    return sorted(entries, key=lambda one: (one.told is None, one.told.name.casefold() if one.told else ""))


def told_of(person: AnnexPerson) -> Told:
    """Raises NotReadable."""
    return Told(**json.loads(unseal(person.sealed)))


def _readable(person: AnnexPerson) -> Told | None:
    try:
        return told_of(person)
    except NotReadable:
        return None


def how_many_differ(agreement: Agreement, number: int) -> str:
    """What is wrong with the number of people, in words; nothing where it is right, or where none was agreed on."""
    name = KINDS[agreement.kind].annex_number
    agreed = agreement.terms.get("details", {}).get(name)
    if not name or not str(agreed).isdecimal():
        return ""
    more = number - int(agreed)
    named = {"agreed": agreed, "number": number}
    if more < 0:
        text = ngettext(
            "The agreement says %(agreed)s, and the annex names %(number)s: %(more)d person is still missing.",
            "The agreement says %(agreed)s, and the annex names %(number)s: %(more)d people are still missing.",
            -more,
        )
    elif more:
        text = ngettext(
            "The agreement says %(agreed)s, and the annex names %(number)s: %(more)d person too many.",
            "The agreement says %(agreed)s, and the annex names %(number)s: %(more)d people too many.",
            more,
        )
    else:
        return ""
    return text % {**named, "more": abs(more)}


@transaction.atomic
def name_person(
    agreement: Agreement,
    *,
    organisation: Organisation,
    by: User,
    told: Told,
    is_adult: bool,
    consented_on: datetime.date | None = None,
    key: str,
) -> AnnexPerson:
    """Made once for one key.

    Raises RuleViolated where the agreement is over, and past MOST_PEOPLE.
    """

    def make() -> AnnexPerson:
        locked = _open(agreement)
        if locked.annex.count() >= MOST_PEOPLE:
            raise RuleViolated(_("%(number)d people are the most.") % {"number": MOST_PEOPLE}, code="too_many")
        person = AnnexPerson(agreement=locked, organisation=organisation, by=by)
        _write(person, told, is_adult, consented_on)
        chain.append(locked, "annex_add", by=by, facts={"person": person.pk, "organisation": organisation.pk})
        return person

    asked = {"told": asdict(told), "is_adult": is_adult, "consented_on": consented_on}
    # What is kept of the question tells no name to who tries names.
    fingerprint = salted_hmac("annex", json.dumps(asked, sort_keys=True, default=str), algorithm="sha256").hexdigest()
    scope = f"annex of {agreement.pk} by {by.pk}"
    return once(make, model=AnnexPerson, scope=scope, key=key, asked={"fingerprint": fingerprint})


@transaction.atomic
def change_person(
    person: AnnexPerson, *, by: User, told: Told, is_adult: bool, consented_on: datetime.date | None = None
) -> AnnexPerson:
    """Raises RuleViolated where the agreement is over, or the entry is gone."""
    agreement = _open(person.agreement)
    locked = agreement.annex.select_for_update(of=("self",)).filter(pk=person.pk).first()
    if locked is None:
        raise RuleViolated(_("This entry has been erased meanwhile."), code="gone")
    _write(locked, told, is_adult, consented_on)
    chain.append(agreement, "annex_change", by=by, facts={"person": locked.pk})
    return locked


@transaction.atomic
def erase_entry(person: AnnexPerson, *, by: User) -> None:
    """For good; that somebody was named, and who took them out, stays in the history. Repeated, does nothing."""
    agreement = locked_agreement(person.agreement)
    if agreement.annex.filter(pk=person.pk).delete()[0]:
        chain.append(agreement, "annex_erase", by=by, facts={"person": person.pk})


@transaction.atomic
def seal_anew() -> int:
    """All of them with the first key of the settings, after which the others may go; returns how many. Nobody writes
    meanwhile: rows are held.

    Raises NotReadable for one that none of the keys opens.
    """
    people: Iterable[AnnexPerson] = AnnexPerson.objects.select_for_update().order_by("pk")
    anew = [AnnexPerson(pk=one.pk, sealed=sealed_anew(one.sealed)) for one in people]
    return AnnexPerson.objects.bulk_update(anew, ["sealed"], batch_size=500)


def _open(agreement: Agreement) -> Agreement:
    locked = locked_agreement(agreement)
    if locked.state not in (*UNCONCLUDED, *IN_FORCE):
        raise RuleViolated(_("The agreement is over: nobody is named in its annex any more."), code="other_state")
    if not KINDS[locked.kind].has_annex:
        raise RuleViolated(_("Agreements of this kind name nobody."), code="no_annex")
    return locked


def _write(person: AnnexPerson, told: Told, is_adult: bool, consented_on: datetime.date | None) -> None:
    person.sealed = seal(json.dumps(asdict(told), ensure_ascii=False))
    person.is_adult, person.consented_on = is_adult, None if is_adult else consented_on
    person.save()
