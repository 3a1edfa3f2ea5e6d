"""Consents: given to a version of a text, and withdrawn, which takes effect everywhere with the commit."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from common.caching import invalidate_public_pages
from common.errors import RuleViolated
from members.models import Consent, ConsentPurpose, ConsentText, ConsentWay, PublicPerson, User
from members.people import locked_person


def text_in_force(purpose: str) -> ConsentText:
    return ConsentText.objects.in_force().get(purpose=purpose)


@transaction.atomic
def publish_consent_text(
    purpose: str, *, text: str, text_en: str, in_force_from: datetime.date | None = None
) -> ConsentText:
    """The next version. Consents given to the one before it stay what they are.

    Raises RuleViolated for a day that has passed: nobody could have read the text then.
    """
    today = timezone.localdate()
    if in_force_from and in_force_from < today:
        raise RuleViolated(_("A new text cannot be in force before it is published."), code="text_in_the_past")
    versions = ConsentText.objects.filter(purpose=purpose)
    [*versions.select_for_update()]  # who publishes at the same time waits here, and then counts what is there by now
    last = versions.aggregate(last=Max("version", default=0))["last"]
    return ConsentText.objects.create(
        purpose=purpose, version=last + 1, text=text, text_en=text_en, in_force_from=in_force_from or today
    )


@transaction.atomic
def give_consent(user: User, *, text: ConsentText) -> Consent:
    """By the person themselves, to a text that they have read. Given again, it is the one that stands.

    Raises RuleViolated where another version came into force meanwhile.
    """
    locked_person(user)
    _check_in_force(text)
    consent, _new = Consent.objects.standing().get_or_create(user=user, text=text, item="", withdrawn_at=None)
    return consent


@transaction.atomic
def give_consent_without_account(text: ConsentText) -> Consent:
    """By whoever fills in a form as a guest: a row that the record of what they sent points to.

    Raises RuleViolated where another version came into force meanwhile.
    """
    _check_in_force(text)
    return Consent.objects.create(text=text)


@transaction.atomic
def end_consent(consent: Consent) -> None:
    """One that was given without an account is withdrawn by whoever holds the link it was given by."""
    _end(Consent.objects.standing().filter(pk=consent.pk))


@transaction.atomic
def withdraw_consents(user: User, *, purpose: str) -> None:
    """All that stand for the purpose, to whichever version; for the account there is the erasure of it instead."""
    if purpose == ConsentPurpose.ACCOUNT:
        text = _("Without this consent there can be no account: to withdraw it, erase the account.")
        raise RuleViolated(text, code="consent_of_account")
    _end(Consent.objects.standing().of_purpose(purpose).of(user))


@transaction.atomic
def set_publication(
    person: PublicPerson,
    *,
    items: Iterable[str],
    text: ConsentText,
    by: User,
    way: str = ConsentWay.PAGE,
    paper: str = "",
) -> None:
    """Exactly these items are agreed to from now on, in the words of today: those that are new are given, those that
    are gone, or say something else by now, withdrawn.

    ``way`` and ``paper`` are of what is new. Raises RuleViolated where another version of the text came into force
    meanwhile and something new is agreed to.
    """
    locked = PublicPerson.objects.select_for_update().get(pk=person.pk)
    wanted, standing = {*items}, locked.consents.standing()
    kept = wanted & {*locked.consents.holding().values_list("item", flat=True)}
    new = wanted - kept
    if new:
        _check_in_force(text)
    _end(standing.exclude(item__in=kept))
    Consent.objects.bulk_create(
        Consent(
            text=text,
            public_person=locked,
            user_id=locked.user_id,
            item=item,
            words=getattr(locked, item),
            words_en=getattr(locked, f"{item}_en"),
            way=way,
            paper=paper,
            recorded_by=by,
        )
        for item in sorted(new)
    )


def _check_in_force(text: ConsentText) -> None:
    if not ConsentText.objects.in_force().filter(pk=text.pk).exists():
        raise RuleViolated(_("The text of the consent has changed. Please read it again."), code="consent_text_changed")


def _end(consents: QuerySet[Consent]) -> None:
    """Public pages are old then, and so they are where something new was agreed to beside. Nothing ends before it
    began, whatever a clock says that was put back."""
    ending = Consent.objects.filter(pk__in=consents.values("pk"))
    ending.update(withdrawn_at=Greatest(timezone.now(), F("given_at")))
    invalidate_public_pages()
