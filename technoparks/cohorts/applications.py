"""Applications to groups, and the host's answer to them. Places are counted under the lock of the group."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import RuleViolated
from common.idempotency import once
from common.text import fold
from members.consents.services import end_consent, give_consent_without_account
from members.models import ConsentPurpose, ConsentText, Organisation, User
from technoparks.cohorts.cohorts import hold, locked_cohort, number_enrolled
from technoparks.cohorts.enrolments import begin, leave
from technoparks.cohorts.forgetting import take_out
from technoparks.cohorts.moves import Who, began_application, turn_application
from technoparks.cohorts.telling import tell_applicants, tell_host, tending
from technoparks.models import (
    ADULT,
    OPEN,
    Cohort,
    CohortApplication,
    CohortApplicationState,
    EnrolmentState,
    Programme,
    Whose,
)

MOST_AT_ONCE = 60  # pupils of a school
State = CohortApplicationState


@dataclass(frozen=True, slots=True)
class Learner:
    """``age`` where the programme has limits; ``grade`` where a school says it."""

    name: str
    age: int | None = None
    grade: str = ""


def purpose_of(whose: str) -> str:
    return ConsentPurpose.LEARNING if whose == Whose.OWN else ConsentPurpose.LEARNER


def apply_to(
    cohort: Cohort, *, by: User, learner: Learner, whose: str, text: ConsentText, key: str = ""
) -> CohortApplication:
    """By a parent or an adult, who agrees to ``text``. Asked again by the same ``key``, it is the one that stands.

    Raises RuleViolated where the group takes none, the learner is of another age or has applied already.
    """
    return once(
        partial(_applied, cohort, by, learner, whose, text),
        model=CohortApplication,
        scope=f"apply to cohort {cohort.pk} by {by.pk}",
        key=key or uuid4().hex,
        asked={"learner": repr(learner), "whose": whose, "text": text.pk},
    )


def _applied(cohort: Cohort, by: User, learner: Learner, whose: str, text: ConsentText) -> CohortApplication:
    locked = _taking(cohort, by)
    _check_learner(locked, learner, whose)
    _check_unknown(locked, [learner], by=by, organisation=None)
    if text.purpose != purpose_of(whose):
        raise RuleViolated(_("This consent is for something else."), code="other_consent")
    consent = give_consent_without_account(text)
    made = CohortApplication(**_columns(locked, learner, whose, by), consent=consent)
    made.save()
    began_application(made, by=by)
    tell_host(locked, "apply", key=made.pk, by=by)
    return made


def apply_for_pupils(
    cohort: Cohort, *, organisation: Organisation, by: User, learners: Sequence[Learner], key: str = ""
) -> CohortApplication:
    """All of them or none, by an organisation, which has said that it holds the consents of the parents. Returns the
    first.

    Raises RuleViolated as ``apply_to`` does; the message names the line.
    """
    return once(
        partial(_applied_for_pupils, cohort, organisation, by, learners),
        model=CohortApplication,
        scope=f"apply to cohort {cohort.pk} of {organisation.pk} by {by.pk}",
        key=key or uuid4().hex,
        asked={"learners": repr(learners)},
    )


def _applied_for_pupils(
    cohort: Cohort, organisation: Organisation, by: User, learners: Sequence[Learner]
) -> CohortApplication:
    locked = _taking(cohort, by)
    if not 1 <= len(learners) <= MOST_AT_ONCE:
        text = ngettext("At most %(number)d line at once.", "At most %(number)d lines at once.", MOST_AT_ONCE)
        raise RuleViolated(text % {"number": MOST_AT_ONCE}, code="too_many")
    for number, learner in enumerate(learners, start=1):
        try:
            _check_learner(locked, learner, Whose.SCHOOL)
        except RuleViolated as error:
            text = _("Line %(number)d: %(problem)s") % {"number": number, "problem": error.message}
            raise RuleViolated(text, code=error.code) from None
    _check_unknown(locked, learners, by=by, organisation=organisation)
    made = []
    for learner in learners:
        one = CohortApplication(**_columns(locked, learner, Whose.SCHOOL, by), organisation=organisation)
        one.save()
        began_application(one, by=by)
        made.append(one)
    tell_host(locked, "apply", key=made[0].pk, by=by)
    return made[0]


def _taking(cohort: Cohort, by: User) -> Cohort:
    locked = locked_cohort(cohort)
    hold([by, *tending(locked)])
    if User.objects.get(pk=by.pk).erased_at:
        raise RuleViolated(_("This account has been erased."), code="erased")
    if not locked.takes_applications:
        raise RuleViolated(_("The group takes no applications."), code="not_open")
    return locked


def _columns(cohort: Cohort, learner: Learner, whose: str, by: User) -> dict[str, object]:
    now = timezone.now()
    return {
        "cohort": cohort,
        "whose": whose,
        "person": by,
        "name": learner.name,
        "grade": learner.grade,
        "age": learner.age if cohort.programme.asks_age else None,
        "submitted_at": now,
        "decide_by": now + datetime.timedelta(days=cohort.programme.decision_days),
    }


def _check_learner(cohort: Cohort, learner: Learner, whose: str) -> None:
    programme: Programme = cohort.programme
    if not learner.name:
        raise RuleViolated(_("the name is missing"), code="name_missing")
    if whose == Whose.OWN and not programme.is_for_adults and (learner.age or 0) < ADULT:
        raise RuleViolated(_("For who is not 18 yet a parent applies."), code="minor")
    if whose == Whose.CHILD and programme.is_for_adults:
        raise RuleViolated(_("This programme is for adults: they apply for themselves."), code="adults_only")
    if not programme.asks_age:
        return
    if learner.age is None:
        raise RuleViolated(_("the age is missing"), code="age_missing")
    if not programme.admits(learner.age):
        text = _("The programme is for another age: %(ages)s.") % {"ages": programme.ages}
        raise RuleViolated(text, code="other_age")


def _check_unknown(cohort: Cohort, learners: Sequence[Learner], *, by: User, organisation: Organisation | None) -> None:
    """Nobody stands in the list twice, or has applied already from the same side."""
    own = cohort.applications.filter(organisation=organisation) if organisation else cohort.applications.of_person(by)
    standing = own.filter(state__in=OPEN) | own.filter(enrolments__state=EnrolmentState.ACTIVE)
    known = {(fold(name), fold(grade)) for name, grade in standing.values_list("name", "grade")}
    for learner in learners:
        identity = (fold(learner.name), fold(learner.grade))
        if identity in known:
            text = _("%(name)s: there is an application already, or this line stands twice.")
            raise RuleViolated(text % {"name": learner.name}, code="known")
        known.add(identity)


# --- The answer ----------------------------------------------------------------------------------------------------


@transaction.atomic
def enrol(applications: Collection[CohortApplication], *, by: User) -> list[CohortApplication]:
    """All of them, of one group, or none. Who is enrolled already stays so.

    Raises RuleViolated where too few places are free, and where others have waited for longer.
    """
    cohort, locked = _locked(applications)
    chosen = [one for one in locked if one.state != State.ENROLLED]
    free = cohort.places - number_enrolled(cohort)
    if len(chosen) > free:
        text = ngettext("%(number)d place is free.", "%(number)d places are free.", free)
        raise RuleViolated(text % {"number": free} + " " + _("Put others on the waiting list."), code="full")
    _check_turn(cohort, chosen)
    for one in chosen:
        turn_application(one, "enrol", who=Who.HOST, by=by)
        begin(one, cohort=cohort, by=by)
    tell_applicants(chosen, "enrol", by=by)
    return locked


def _check_turn(cohort: Cohort, chosen: Sequence[CohortApplication]) -> None:
    """Whoever waits comes before who does not, and in turn."""
    keys = {one.pk for one in chosen}
    queued = [*cohort.applications.queued().values_list("pk", flat=True)]
    from_queue = [key for key in queued if key in keys]
    is_queue_left = len(from_queue) < len(queued)
    if from_queue != queued[: len(from_queue)] or (is_queue_left and len(keys) > len(from_queue)):
        text = _("Others have waited for longer: enrol them first, or decline them with a reason.")
        raise RuleViolated(text, code="out_of_turn")


@transaction.atomic
def queue(applications: Collection[CohortApplication], *, by: User) -> list[CohortApplication]:
    """To the end of the waiting list, in the order in which they came. Who is there already stays so."""
    cohort, locked = _locked(applications)
    last = cohort.applications.aggregate(last=Max("queue_number", default=0))["last"]
    chosen = [one for one in locked if one.state != State.WAITING]
    for number, one in enumerate(chosen, start=last + 1):
        one.queue_number = number
        turn_application(one, "queue", who=Who.HOST, by=by)
    tell_applicants(chosen, "queue", by=by)
    return locked


@transaction.atomic
def decline(applications: Collection[CohortApplication], *, by: User, reason: str) -> list[CohortApplication]:
    """Who is declined already stays so."""
    _cohort, locked = _locked(applications)
    chosen = [one for one in locked if one.state != State.DECLINED]
    for one in chosen:
        turn_application(one, "decline", who=Who.HOST, by=by, reason=reason)
    tell_applicants(chosen, "decline", by=by, reason=reason)
    return locked


@transaction.atomic
def withdraw(application: CohortApplication, *, by: User) -> CohortApplication:
    """By whoever has applied, before the answer. Repeated, does nothing."""
    _cohort, [locked] = _locked([application])
    if locked.state != State.WITHDRAWN:
        turn_application(locked, "withdraw", who=Who.APPLICANT, by=by)
    return locked


@transaction.atomic
def revoke_consent(application: CohortApplication, *, by: User) -> CohortApplication:
    """The consent ends; who the learner is is deleted with it (152-FZ, art. 21, part 5), the application is withdrawn,
    and a place is free. What a certificate says goes as well. Repeated, does nothing."""
    for enrolment in application.enrolments.active():  # be it in another group by now
        leave(enrolment, who=Who.APPLICANT, by=by)
    _cohort, [locked] = _locked([application])
    if locked.forgotten_at:
        return locked
    if locked.state in OPEN:
        turn_application(locked, "withdraw", who=Who.APPLICANT, by=by)
    if locked.consent:
        end_consent(locked.consent)
    take_out(CohortApplication.objects.filter(pk=locked.pk))
    locked.refresh_from_db()
    return locked


def _locked(applications: Collection[CohortApplication]) -> tuple[Cohort, list[CohortApplication]]:
    """As they are now, under the lock of their group, with those who will hear of it."""
    cohorts = {one.cohort_id for one in applications}
    if len(cohorts) != 1:
        raise RuleViolated(_("Choose applications to one group."), code="several_groups")
    cohort = locked_cohort(next(iter(applications)).cohort)
    rows = CohortApplication.objects.filter(pk__in=[one.pk for one in applications])
    hold(one.person for one in rows.select_related("person"))
    found = rows.select_related("person", "organisation", "consent").order_by("pk")
    for one in (locked := [*found]):
        one.cohort = cohort
    return cohort, locked
