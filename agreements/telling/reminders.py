"""Reminders that the clock sends: to who has not answered yet, and of terms that end."""

from collections.abc import Sequence
from functools import partial

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agreements.models import Agreement, Approval, SigningRequest
from agreements.telling.notices import concerned, readers_at, tell_people, title_of
from members.models import User
from members.notices.notifications import Words


def remind_reviewers(agreement: Agreement, waiting: Sequence[Approval], *, escalates: bool) -> None:
    """Those who have not decided; when it is late, all who answer for the initiator."""
    people: list[User] = [one.approver for one in waiting if one.approver]
    if escalates:
        people += readers_at(agreement, agreement.initiator)
    tell_people(
        agreement,
        agreement.initiator,
        [*dict.fromkeys(people)],
        key=f"agreement {agreement.pk} review {agreement.newest_version.number} {'late' if escalates else 'waits'}",
        words=partial(_review_words, agreement),
    )


def _review_words(agreement: Agreement) -> Words:
    return Words(_("An agreement still waits for the review: %(subject)s") % {"subject": title_of(agreement)})


def tell_of_turn(agreement: Agreement, request: SigningRequest) -> None:
    """Whoever comes after others hears when they have signed."""
    party = request.party
    tell_people(
        agreement,
        party.organisation,
        readers_at(agreement, party.organisation),
        key=f"signing request {request.pk} asked",
        words=partial(_turn_words, agreement, request),
    )


def _turn_words(agreement: Agreement, request: SigningRequest) -> Words:
    title = _("It is your turn to sign: %(subject)s") % {"subject": title_of(agreement)}
    return Words(title, _signing_ends(request))


def _signing_ends(request: SigningRequest) -> str:
    return _("The signing ends on %(day)s.") % {"day": date_format(timezone.localtime(request.round.closes_at))}


def remind_signatory(agreement: Agreement, request: SigningRequest, *, days: int) -> None:
    party = request.party
    tell_people(
        agreement,
        party.organisation,
        readers_at(agreement, party.organisation),
        key=f"signing request {request.pk} after {days}",
        words=partial(_signing_words, agreement, request),
    )


def _signing_words(agreement: Agreement, request: SigningRequest) -> Words:
    title = _("Still to be signed: %(subject)s") % {"subject": title_of(agreement)}
    return Words(title, _signing_ends(request))


def remind_of_standstill(agreement: Agreement) -> None:
    version = agreement.newest_version
    for organisation in concerned(agreement):
        tell_people(
            agreement,
            organisation,
            readers_at(agreement, organisation),
            key=f"agreement {agreement.pk} stands still at {version.number} {organisation.pk}",
            words=partial(_standstill_words, agreement),
        )


def _standstill_words(agreement: Agreement) -> Words:
    title = _("Nobody has said anything for two weeks: %(subject)s") % {"subject": title_of(agreement)}
    return Words(title, _("Accept the version, propose another one, or call the negotiation off."))


def remind_of_the_end(agreement: Agreement, *, days: int, is_opt_out: bool) -> None:
    what = "objection" if is_opt_out else f"end {days}"
    for organisation in concerned(agreement):
        tell_people(
            agreement,
            organisation,
            readers_at(agreement, organisation),
            key=f"agreement {agreement.pk} {what} {agreement.ends_on} {organisation.pk}",
            words=partial(_end_words, agreement, is_opt_out),
        )


def _end_words(agreement: Agreement, is_opt_out: bool) -> Words:
    named = {
        "number": agreement.number,
        "subject": agreement.title,
        "day": date_format(agreement.ends_on) if agreement.ends_on else "",
    }
    if is_opt_out:
        title = _("Renews itself unless somebody objects: № %(number)s, %(subject)s")
        return Words(
            title % named, _("Its term ends on %(day)s. Object in the dashboard if you do not want it.") % named
        )
    return Words(_("Ends on %(day)s: № %(number)s, %(subject)s") % named)
