"""What the clock does with groups: row by row, and harmless when run twice."""

import datetime
from functools import partial
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from common.errors import RuleViolated
from members.models import User
from technoparks.cohorts.cohorts import finish_cohort, locked_cohort, start_cohort
from technoparks.cohorts.telling import tell_host, tell_office
from technoparks.models import Cohort, CohortApplication, CohortState

ESCALATE_AFTER = datetime.timedelta(days=3)  # of silence after the term


def move_cohorts() -> int:
    """Start those whose first day has come, and finish those whose last day is over; returns how many."""
    moved = 0
    today = timezone.localdate() + datetime.timedelta(days=1)  # in Kamchatka it may be tomorrow already
    cohorts = Cohort.objects.select_related("programme__technopark")
    for cohort in cohorts.filter(state=CohortState.GATHERING, starts_on__lte=today).order_by("pk"):
        if cohort.starts_on <= cohort.today:
            moved += _moved(partial(start_cohort, cohort, by=None))
    for cohort in cohorts.filter(state=CohortState.RUNNING, ends_on__lt=today).order_by("pk"):
        if cohort.ends_on < cohort.today:
            moved += _moved(partial(finish_cohort, cohort, by=None))
    return moved


def _moved(move: partial) -> bool:
    """Of another state by now, or with a lesson that was put off: it is left for the host."""
    try:
        move()
    except RuleViolated:
        return False
    return True


def remind_of_decisions() -> int:
    """Once the term of an application is over the host is reminded, and after some days of silence the office of the
    association is told, once each; together for all of a group. Returns how many applications."""
    late = CohortApplication.objects.overdue()
    silent = Q(escalated_at=None, decide_by__lte=timezone.now() - ESCALATE_AFTER)
    found = late.filter(Q(reminded_at=None) | silent).order_by("cohort_id", "pk").select_related("cohort")
    return sum(_remind(cohort, [one.pk for one in group]) for cohort, group in groupby(found, lambda one: one.cohort))


@transaction.atomic
def _remind(cohort: Cohort, keys: list[int]) -> int:
    locked, now = locked_cohort(cohort), timezone.now()
    late = CohortApplication.objects.overdue().filter(pk__in=keys)
    unsaid = [*late.filter(reminded_at=None).values_list("pk", flat=True)]
    if unsaid:
        tell_host(locked, "overdue", key=unsaid[0])
        late.filter(pk__in=unsaid).update(reminded_at=now)
    silent = late.filter(escalated_at=None, decide_by__lte=now - ESCALATE_AFTER).exclude(pk__in=unsaid)
    told = [*silent.order_by("pk").values_list("pk", flat=True)]
    if told:
        tell_office(office(), locked, key=told[0])
        late.filter(pk__in=told).update(escalated_at=now)
    return len({*unsaid, *told})


def office() -> list[User]:
    """Those of the staff who may decide on applications."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    return [person for person in staff if person.has_perm("technoparks.change_cohortapplication")]
