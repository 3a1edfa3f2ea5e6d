"""Each turn of an application for membership: who may make it, when, what comes of it, and who is told."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import locks
from common.errors import RuleViolated
from common.numbers import next_number
from members.applying import emails
from members.applying.drafts import COPIED, locked_application, which_may_apply
from members.applying.questionnaire import Questionnaire
from members.consents.services import give_consent, give_consent_without_account
from members.models import ApplicationMove, ApplicationState, Consent, ConsentText, MembershipApplication, User, Who


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says beside the action."""

    reason: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)  # by the name of the field
    consent: ConsentText | None = None
    tells_applicant: bool = True


def _nothing(application: MembershipApplication, asked: Asked) -> None:
    pass


def _is_complete(application: MembershipApplication, asked: Asked) -> None:
    """The address is confirmed, all is answered, and nobody else of the same number is there."""
    if not application.confirmed_at:
        text = _("Confirm your e-mail first: open the link in our letter.")
        raise RuleViolated(text, code="address_not_confirmed")
    questionnaire = Questionnaire(application)
    if questionnaire.lacks:
        raise RuleViolated(_("The application is not complete yet."), code="application_incomplete")
    for name in COPIED:  # digits of another script are digits as well, and would hide a number that is here already
        setattr(application, name, questionnaire.cleaned[name])
    for number in (application.inn, application.ogrn):  # two of one who come at once would both find nobody
        locks.hold(f"application of {number}")
    application.organisation = which_may_apply(
        application.applicant, application.organisation, inn=application.inn, ogrn=application.ogrn, but=application.pk
    )


def _needs_words(application: MembershipApplication, asked: Asked) -> None:
    if not asked.reason and not any(asked.remarks.values()):
        raise RuleViolated(_("Say what is to be mended."), code="remarks_lack")


def _needs_reason(application: MembershipApplication, asked: Asked) -> None:
    if not asked.reason:
        raise RuleViolated(_("Give the reason."), code="reason_lacks")


def _term_is_over(application: MembershipApplication, asked: Asked) -> None:
    if not application.is_overdue:
        raise RuleViolated(_("The term of the remarks is not over."), code="term_runs")


def _freeze(application: MembershipApplication, asked: Asked) -> None:
    """What was submitted stays as it was said on this day, whatever becomes of the questions."""
    application.answers = Questionnaire(application).answers()
    application.consent = _consent(application, asked.consent)
    application.submitted_at = timezone.now()
    if not application.number:
        year = timezone.localdate().year
        application.number = f"З-{year}-{next_number(f'application {year}'):04}"


def _consent(application: MembershipApplication, text: ConsentText | None) -> Consent:
    """One that stands already is enough for a second submission of the same words."""
    if text is None:
        raise RuleViolated(_("Tick the box if you agree."), code="consent_lacks")
    if application.consent and application.consent.text == text:
        return application.consent
    if application.applicant:
        return give_consent(application.applicant, text=text)
    return give_consent_without_account(text)


@dataclass(frozen=True, slots=True)
class Move:
    sources: tuple[str, ...]
    target: str
    who: tuple[str, ...]
    done: str | Promise  # as the history says it
    guard: Callable[[MembershipApplication, Asked], None] = _nothing
    effect: Callable[[MembershipApplication, Asked], None] = _nothing
    is_told: bool = True  # to the applicant, by a letter of this move alone


S = ApplicationState
# The whole workflow: from which states an action leads where, who may do it, what must hold, and what comes of it.
MOVES: dict[str, Move] = {
    "submit": Move(
        (S.DRAFT, S.RETURNED),
        S.SUBMITTED,
        (Who.APPLICANT,),
        gettext_lazy("Submitted to the association"),
        _is_complete,
        _freeze,
    ),
    "take_up": Move((S.SUBMITTED,), S.IN_REVIEW, (Who.STAFF,), gettext_lazy("Taken up by the office")),
    "return": Move((S.IN_REVIEW,), S.RETURNED, (Who.STAFF,), gettext_lazy("Returned with remarks"), _needs_words),
    "put_on_agenda": Move((S.IN_REVIEW,), S.ON_AGENDA, (Who.STAFF,), gettext_lazy("Put on the agenda of the board")),
    "take_off": Move((S.ON_AGENDA,), S.IN_REVIEW, (Who.STAFF,), gettext_lazy("Taken off the agenda")),
    # Of these two the letter of welcome tells (members/board/sessions.py).
    "accept": Move((S.ON_AGENDA,), S.ACCEPTED, (Who.BOARD,), gettext_lazy("Accepted by the board"), is_told=False),
    "decline": Move((S.ON_AGENDA,), S.DECLINED, (Who.BOARD,), gettext_lazy("Declined by the board"), _needs_reason),
    "postpone": Move((S.ON_AGENDA,), S.IN_REVIEW, (Who.BOARD,), gettext_lazy("Postponed by the board")),
    "enrol": Move((S.ACCEPTED,), S.MEMBER, (Who.BOARD,), gettext_lazy("The organisation is a member"), is_told=False),
    "withdraw": Move(
        (S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.RETURNED, S.ON_AGENDA),
        S.WITHDRAWN,
        (Who.APPLICANT, Who.STAFF),
        gettext_lazy("Withdrawn"),
    ),
    "expire": Move(
        (S.RETURNED,), S.WITHDRAWN, (Who.TIMER,), gettext_lazy("Withdrawn as its term is over"), _term_is_over
    ),
}
# Within how many days whoever's turn it is should have acted; working days where it is the office's.
WORKING_DAYS = {S.SUBMITTED: 3, S.IN_REVIEW: 10}
DAYS = {S.RETURNED: 30}


@transaction.atomic
def move_application(
    application: MembershipApplication, *, action: str, who: str, by: User | None = None, asked: Asked | None = None
) -> MembershipApplication:
    """Do ``action`` of MOVES, keep its row, and tell those concerned. Repeated by the same person, does nothing.

    Raises RuleViolated where it is not theirs, where the guard forbids it, and where another was quicker: then it says
    what was decided.
    """
    move, asked = MOVES[action], asked or Asked()
    locked = locked_application(application)
    last = locked.moves.select_related("by").last()
    if last and locked.state == move.target and (last.action, last.who, last.by) == (action, who, by):
        return locked
    if who not in move.who:
        raise RuleViolated(_("That is not yours to decide."), code="not_yours")
    if locked.state not in move.sources:
        raise RuleViolated(_what_was_decided(locked, last), code="application_moved")
    move.guard(locked, asked)
    source, locked.state = locked.state, move.target
    move.effect(locked, asked)
    locked.due_on, locked.escalated_at, locked.reminded_at = due_on(move.target), None, None
    locked.save()
    done = ApplicationMove.objects.create(
        application=locked,
        action=action,
        source=source,
        target=move.target,
        who=who,
        by=by,
        who_named=str(by) if by else locked.contact[:300] if who == Who.APPLICANT else "",
        reason=asked.reason,
        remarks={name: text for name, text in asked.remarks.items() if text},
    )
    _tell(locked, done, asked)
    return locked


def submit(application: MembershipApplication, *, by: User | None, consent: ConsentText) -> MembershipApplication:
    """By the applicant, who has read and ticked ``consent``."""
    return move_application(application, action="submit", who=Who.APPLICANT, by=by, asked=Asked(consent=consent))


def _what_was_decided(application: MembershipApplication, last: ApplicationMove | None) -> str:
    told = {
        "state": application.get_state_display(),
        "who": (last.who_named or last.get_who_display()) if last else "—",
    }
    return _("The application is “%(state)s” by now: %(who)s was quicker.") % told


def due_on(state: str) -> datetime.date | None:
    """The last day of the term of this state, counted from today; None where there is none."""
    today = timezone.localdate()
    if state in DAYS:
        return today + datetime.timedelta(days=DAYS[S(state)])
    return _after_working_days(today, WORKING_DAYS[S(state)]) if state in WORKING_DAYS else None


def _after_working_days(day: datetime.date, number: int) -> datetime.date:
    """Saturdays and Sundays do not count; holidays do, as nobody knows them years ahead."""
    while number:
        day += datetime.timedelta(days=1)
        number -= day.weekday() < 5
    return day


def _tell(application: MembershipApplication, move: ApplicationMove, asked: Asked) -> None:
    """The applicant of every turn; those who review of what has come or come back."""
    is_told = MOVES[move.action].is_told and asked.tells_applicant
    if application.email and application.confirmed_at and is_told:
        emails.application_moved(application, move=move, done=MOVES[move.action].done).send()
    if move.target == ApplicationState.SUBMITTED:
        for reviewer in reviewers():
            emails.application_arrived(application, move=move, reviewer=reviewer).send()


def reviewers() -> list[User]:
    """Those of the office who review applications."""
    right = Q(codename="decide_application", content_type__app_label="members")
    permissions = Permission.objects.filter(right)
    may = Q(is_superuser=True) | Q(user_permissions__in=permissions) | Q(groups__permissions__in=permissions)
    people = User.objects.filter(may, is_staff=True, is_active=True, erased_at=None)
    return [*people.distinct().order_by("pk")]
