"""The states of a group, of an application to it and of an enrolment in it, and who moves them.

Of a group:

=========  =============================  ==========  =================================================================
move       from                           to          who, and what comes of it
=========  =============================  ==========  =================================================================
open       planned                        gathering   the host; all its lessons are booked in the lab, or none
start      gathering                      running     the host, or the clock on the first day
finish     running                        finished    the host after the last lesson, or the clock after the last day;
                                                      who learns has finished, applications that are open are closed
cancel     planned, gathering, running    cancelled   the host, with a reason; the lessons to come are off, and whoever
                                                      has applied or is enrolled is told
=========  =============================  ==========  =================================================================

Of an application:

=========  =============================  ==========  =================================================================
apply      –                              submitted   a parent, an adult for themselves, an organisation for its people
enrol      submitted, waiting             enrolled    the host, while a place is free; who waits comes first, in turn
queue      submitted                      waiting     the host: the end of the waiting list
decline    submitted, waiting             declined    the host, with a reason
close      submitted, waiting             declined    by itself: the group is over or cancelled
withdraw   submitted, waiting             withdrawn   whoever has applied
=========  =============================  ==========  =================================================================

Of an enrolment:

=========  =============================  ===========  ================================================================
enrol      –                              active       with the application; or by a transfer into this group
complete   active                         completed    with the end of the group
leave      active                         left         who has applied, or the host with a reason; the place is free
transfer   active                         transferred  the host, with a reason, to another group of the technopark
=========  =============================  ===========  ================================================================

All of them take the lock of the group first, and places are counted under it.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from common.errors import RuleViolated
from members.models import User
from technoparks.models import (
    OPEN,
    Cohort,
    CohortApplication,
    CohortApplicationMove,
    CohortApplicationState,
    CohortMove,
    CohortState,
    Enrolment,
    EnrolmentMove,
    EnrolmentState,
)

A, C, E = CohortApplicationState, CohortState, EnrolmentState


class Who(Enum):
    APPLICANT = auto()
    HOST = auto()
    CLOCK = auto()


@dataclass(frozen=True, slots=True)
class Move:
    before: tuple[str, ...]
    after: str
    who: tuple[Who, ...]
    done: str | Promise
    needs_reason: tuple[Who, ...] = ()  # of whom one is asked


# fmt: off
OF_COHORTS = {
    "open":   Move((C.PLANNED,), C.GATHERING, (Who.HOST,), pgettext_lazy("group of learners", "Opened")),
    "start":  Move((C.GATHERING,), C.RUNNING, (Who.HOST, Who.CLOCK), pgettext_lazy("group of learners", "Started")),
    "finish": Move((C.RUNNING,), C.FINISHED, (Who.HOST, Who.CLOCK), pgettext_lazy("group of learners", "Finished")),
    "cancel": Move((C.PLANNED, C.GATHERING, C.RUNNING), C.CANCELLED, (Who.HOST,),
                   pgettext_lazy("group of learners", "Cancelled"), (Who.HOST,)),
}
OF_APPLICATIONS = {
    "enrol":    Move(OPEN, A.ENROLLED, (Who.HOST,), pgettext_lazy("application to a group", "Enrolled")),
    "queue":    Move((A.SUBMITTED,), A.WAITING, (Who.HOST,),
                     pgettext_lazy("application to a group", "Put on the waiting list")),
    "decline":  Move(OPEN, A.DECLINED, (Who.HOST,), pgettext_lazy("application to a group", "Declined"), (Who.HOST,)),
    "close":    Move(OPEN, A.DECLINED, (Who.CLOCK,), pgettext_lazy("application to a group", "Closed with the group")),
    "withdraw": Move(OPEN, A.WITHDRAWN, (Who.APPLICANT,), pgettext_lazy("application to a group", "Withdrawn")),
}
OF_ENROLMENTS = {
    "complete": Move((E.ACTIVE,), E.COMPLETED, (Who.HOST, Who.CLOCK), pgettext_lazy("learner in a group", "Finished")),
    "leave":    Move((E.ACTIVE,), E.LEFT, (Who.APPLICANT, Who.HOST), pgettext_lazy("learner in a group", "Left"),
                     (Who.HOST,)),
    "transfer": Move((E.ACTIVE,), E.TRANSFERRED, (Who.HOST,),
                     pgettext_lazy("learner in a group", "Moved to another group"), (Who.HOST,)),
}
# fmt: on
# What a row of the history says, by its action.
DONE_TO_APPLICATIONS: dict[str, str | Promise] = {
    "apply": pgettext_lazy("application to a group", "Sent"),
    **{name: move.done for name, move in OF_APPLICATIONS.items()},
}
DONE_TO_ENROLMENTS: dict[str, str | Promise] = {
    "enrol": pgettext_lazy("learner in a group", "Enrolled"),
    **{name: move.done for name, move in OF_ENROLMENTS.items()},
}


def turn_cohort(cohort: Cohort, action: str, *, who: Who, by: User | None, reason: str = "") -> CohortMove:
    """Like the two below: of a row that is locked with its group. Raises RuleViolated where it is not theirs, not
    possible now, or lacks its reason."""
    source = _turned(cohort, OF_COHORTS[action], who, reason)
    cohort.save(update_fields=["state", "updated_at"])
    return CohortMove.objects.create(cohort=cohort, **_noted(cohort, action, source, by, reason))


def turn_application(
    application: CohortApplication, action: str, *, who: Who, by: User | None, reason: str = ""
) -> CohortApplicationMove:
    source = _turned(application, OF_APPLICATIONS[action], who, reason)
    application.decide_by = None
    if application.state != A.WAITING:
        application.queue_number = None
    application.save(update_fields=["state", "decide_by", "queue_number"])
    return CohortApplicationMove.objects.create(
        application=application, **_noted(application, action, source, by, reason)
    )


def turn_enrolment(enrolment: Enrolment, action: str, *, who: Who, by: User | None, reason: str = "") -> EnrolmentMove:
    source = _turned(enrolment, OF_ENROLMENTS[action], who, reason)
    enrolment.save(update_fields=["state", "ended_on"])
    return EnrolmentMove.objects.create(enrolment=enrolment, **_noted(enrolment, action, source, by, reason))


def began_application(application: CohortApplication, *, by: User) -> CohortApplicationMove:
    return CohortApplicationMove.objects.create(application=application, **_noted(application, "apply", "", by, ""))


def began_enrolment(enrolment: Enrolment, *, by: User, reason: str = "") -> EnrolmentMove:
    return EnrolmentMove.objects.create(enrolment=enrolment, **_noted(enrolment, "enrol", "", by, reason))


def _turned(row: Any, move: Move, who: Who, reason: str) -> str:
    """The state that it had."""
    if who not in move.who:
        raise RuleViolated(_("That is not yours to decide."), code="not_yours")
    if row.state not in move.before:
        text = _("Not possible now: the state is “%(state)s”.")
        raise RuleViolated(text % {"state": row.get_state_display()}, code="other_state")
    if who in move.needs_reason and not reason.strip():
        raise RuleViolated(_("Say why: the other side will read it."), code="reason_missing")
    source, row.state = row.state, move.after
    return str(source)


def _noted(row: Any, action: str, source: str, by: User | None, reason: str) -> dict[str, Any]:
    return {
        "action": action,
        "source": source,
        "target": row.state,
        "by": by,
        "at": timezone.now(),
        "reason": reason,
    }
