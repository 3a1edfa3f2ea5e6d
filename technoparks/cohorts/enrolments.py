"""Learners in groups: they begin, leave, or move to another group, and what was stays to be read."""

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from technoparks.cohorts.cohorts import hold, locked_cohorts, number_enrolled
from technoparks.cohorts.moves import Who, began_enrolment, turn_enrolment
from technoparks.cohorts.telling import tell_applicants, tell_host, tending
from technoparks.models import LIVING, Cohort, CohortApplication, Enrolment, EnrolmentState


def begin(
    application: CohortApplication, *, cohort: Cohort, by: User, reason: str = "", **columns: object
) -> Enrolment:
    """Under the lock of ``cohort``, of which a place was found free."""
    if cohort.state not in LIVING:
        raise RuleViolated(_("Nobody is enrolled in this group any more."), code="not_open")
    starts_on = max(cohort.today, cohort.starts_on)
    made = Enrolment.objects.create(application=application, cohort=cohort, starts_on=starts_on, **columns)
    began_enrolment(made, by=by, reason=reason)
    return made


@transaction.atomic
def leave(enrolment: Enrolment, *, who: Who, by: User, reason: str = "") -> Enrolment:
    """From today on, whose place is free; the host hears of it, and who has applied where the host says so. Repeated,
    does nothing."""
    locked = _locked(enrolment)
    if locked.state == EnrolmentState.LEFT:
        return locked
    _end(locked, "leave", who=who, by=by, reason=reason)
    if who == Who.HOST:
        tell_applicants([locked.application], "leave", by=by, reason=reason, cohort=locked.cohort, mark=locked.pk)
    else:
        tell_host(locked.cohort, "leave", key=locked.pk, by=by)
    tell_of_free_place(locked.cohort, key=locked.pk)
    return locked


@transaction.atomic
def transfer(enrolment: Enrolment, *, to: Cohort, by: User, reason: str) -> Enrolment:
    """Into ``to``, of the same technopark, where a place is free; returns the enrolment there. Both rows keep why.

    Raises RuleViolated where they learn there already, that group is for others, none is free or others wait for it.
    """
    locked = _locked(enrolment, to)
    target = locked_cohorts([to.pk])[to.pk]
    if locked.cohort_id == to.pk or target.programme.technopark_id != locked.cohort.programme.technopark_id:
        raise RuleViolated(_("Choose another group of the same technopark."), code="other_technopark")
    _check_fits(locked, target)
    if number_enrolled(target) >= target.places:
        raise RuleViolated(_("No place is free in that group."), code="full")
    if target.applications.queued().exists():
        raise RuleViolated(_("Others wait for a place in that group."), code="out_of_turn")
    _end(locked, "transfer", who=Who.HOST, by=by, reason=reason)
    made = begin(locked.application, cohort=target, by=by, reason=reason, moved_from=locked)
    tell_applicants([locked.application], "transfer", by=by, reason=reason, cohort=target, mark=made.pk)
    tell_of_free_place(locked.cohort, key=locked.pk)
    return made


def _check_fits(enrolment: Enrolment, target: Cohort) -> None:
    """As whoever applies is looked at: whom the programme is for, and their age."""
    programme, age = target.programme, enrolment.application.age
    if programme.is_for_adults != enrolment.cohort.programme.is_for_adults:
        raise RuleViolated(_("That group is for others: they apply to it anew."), code="other_audience")
    if programme.asks_age and age is None:
        raise RuleViolated(_("Their age is not known here: they apply to that group anew."), code="age_missing")
    if programme.asks_age and age is not None and not programme.admits(age):
        text = _("The programme is for another age: %(ages)s.") % {"ages": programme.ages}
        raise RuleViolated(text, code="other_age")


def tell_of_free_place(cohort: Cohort, *, key: object) -> None:
    """The host decides who gets it: nobody is enrolled by itself, as a parent may have found another group since."""
    if cohort.state in LIVING and cohort.applications.queued().exists():
        tell_host(cohort, "free", key=key)


def _end(enrolment: Enrolment, action: str, *, who: Who, by: User, reason: str) -> None:
    enrolment.ended_on = max(enrolment.cohort.today, enrolment.starts_on)
    turn_enrolment(enrolment, action, who=who, by=by, reason=reason)


def _locked(enrolment: Enrolment, *besides: Cohort) -> Enrolment:
    """As it is now, under the lock of its group and of those ``besides``, with those who will hear of it."""
    cohorts = locked_cohorts([enrolment.cohort_id, *(one.pk for one in besides)])
    rows = Enrolment.objects.select_related("application__person", "application__organisation")
    person = rows.get(pk=enrolment.pk).application.person
    hold([person, *(one for cohort in cohorts.values() for one in tending(cohort))])
    found = rows.get(pk=enrolment.pk)
    found.cohort = cohorts[found.cohort_id]
    return found
