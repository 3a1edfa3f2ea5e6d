"""Once a year an organisation is asked whether its public profile still holds."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import Organisation, ProfileReminder, Representative
from members.models.organisation import PROFILE_HOLDS
from members.notices.notifications import Words, acting_heads, heads_of, notify
from members.notices.topics import PROFILE


@transaction.atomic
def confirm_profile(organisation: Organisation) -> Organisation:
    """As of today all of it holds. Repeated on the same day, does nothing."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    today = timezone.localdate()
    if locked.profile_confirmed_on != today:
        locked.profile_confirmed_on = today
        locked.save(update_fields=["profile_confirmed_on"])
    return locked


def ask_to_confirm_profiles() -> int:
    """Those whose year is over and who were not asked within a year; returns how many were asked.

    A row for each keeps that they were, so a day on which this did not run skips nobody.
    """
    return sum(_ask(key) for key in [*_to_be_asked().values_list("pk", flat=True)])


def _to_be_asked() -> QuerySet[Organisation]:
    """Of those who can answer; who is not public has no page to confirm."""
    a_year_ago = timezone.localdate() - PROFILE_HOLDS
    over = Organisation.objects.published().unconfirmed_since(a_year_ago).filter(Exists(_able()))
    return over.exclude(profile_reminders__asked_on__gt=a_year_ago).order_by("pk")


def _able() -> QuerySet[Representative]:
    return acting_heads().filter(organisation=OuterRef("pk"))


@transaction.atomic
def _ask(key: int) -> bool:
    """One at a time: whoever runs this besides has asked, or leaves it to us."""
    organisation = _to_be_asked().select_for_update(of=["self"], skip_locked=True).filter(pk=key).first()
    return organisation is not None and _asked(organisation)


@transaction.atomic
def ask_to_confirm(organisation: Organisation) -> Organisation:
    """Before its year is over, as the office wishes. Raises RuleViolated where ``can_be_asked`` does."""
    locked = with_asking(Organisation.objects.select_for_update()).get(pk=organisation.pk)
    can_be_asked(locked)
    _asked(locked)
    return locked


def with_asking(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """With what ``can_be_asked`` reads."""
    of_this_year = ProfileReminder.objects.filter(organisation=OuterRef("pk"), year=timezone.localdate().year)
    return organisations.annotate(is_heard=Exists(_able()), asked_on=Subquery(of_this_year.values("asked_on")[:1]))


def can_be_asked(organisation: Organisation) -> None:
    """Of one that was fetched ``with_asking``. Raises RuleViolated for who has no public page, nobody to answer, or was
    asked in this year already."""
    known: Any = organisation
    if not organisation.is_published:
        raise RuleViolated(_("It is not on the public site."), code="not_published")
    if not known.is_heard:
        raise RuleViolated(_("It has neither a head nor a coordinator who would read it."), code="nobody_reads")
    if known.asked_on:
        text = _("It was asked this year: %(day)s.") % {"day": date_format(known.asked_on)}
        raise RuleViolated(text, code="asked")


def _asked(organisation: Organisation) -> bool:
    """Whether this is the first time in this year."""
    reminder, is_new = organisation.profile_reminders.get_or_create(year=timezone.localdate().year)
    if is_new:
        notify(
            heads_of(organisation),
            topic=PROFILE,
            key=f"profile reminder {reminder.pk}",
            words=partial(_words, organisation),
            link=reminder.get_absolute_url(),
        )
    return is_new


def _words(organisation: Organisation) -> Words:
    text = _("Where all of it holds, one press says so; what does not you change in the profile.")
    last = organisation.profile_confirmed_on
    lines = [organisation.title, text]
    if last:
        lines.append(_("Last confirmed: %(day)s") % {"day": date_format(last)})
    return Words(_("Does the public profile still hold?"), "\n".join(lines))
