"""What a person was responsible for in technoparks goes to somebody else when they leave.

Labs and groups are locked before people, and here the person may be held already: so nothing is waited for. What is
left with who has gone gives them no right, and heads and coordinators take it over by hand.
"""

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.locks import free
from members.acting.handovers import Owned, register
from members.models import Organisation, User
from technoparks.induction.review import entrust
from technoparks.models import AHEAD, LIVING, Booking, Cohort, CohortApplication, CohortState


def bookings_of(user: User, organisation: Organisation) -> QuerySet[Booking]:
    """To come; with what has begun they are busy themselves."""
    return Booking.objects.filter(
        person=user, organisation=organisation, state__in=AHEAD, span__startswith__gt=timezone.now()
    )


def hand_over_bookings(user: User, organisation: Organisation, to: User) -> None:
    """Where whoever takes over lacks an induction they are held, as if it was revoked."""
    entrust(free(bookings_of(user, organisation)).select_related("lab"), to=to)


def groups_of(user: User, organisation: Organisation) -> QuerySet[Cohort]:
    """That are planned, gather or run; their lessons are bookings."""
    return Cohort.objects.of_host(organisation).filter(teacher=user, state__in=(CohortState.PLANNED, *LIVING))


def hand_over_groups(user: User, organisation: Organisation, to: User) -> None:
    free(groups_of(user, organisation)).update(teacher=to)


def applications_of(user: User, organisation: Organisation) -> QuerySet[CohortApplication]:
    return CohortApplication.objects.open().filter(person=user, organisation=organisation)


def hand_over_applications(user: User, organisation: Organisation, to: User) -> None:
    """But for those of namesakes, for one of whom whoever takes over has applied already: one person has one
    application for a name."""
    known = CohortApplication.objects.open().alias(known=Lower("name"))
    namesakes = known.filter(person=to, cohort=OuterRef("cohort"), known=Lower(OuterRef("name")))
    free(applications_of(user, organisation).exclude(Exists(namesakes))).update(person=to)


register(
    Owned(
        "lab_bookings",
        _("bookings of laboratories to come"),
        count=lambda user, organisation: bookings_of(user, organisation).count(),
        hand_over=hand_over_bookings,
    )
)
register(
    Owned(
        "taught_groups",
        _("groups of learners that they teach"),
        count=lambda user, organisation: groups_of(user, organisation).count(),
        hand_over=hand_over_groups,
    )
)
register(
    Owned(
        "group_applications",
        _("open applications to groups"),
        count=lambda user, organisation: applications_of(user, organisation).count(),
        hand_over=hand_over_applications,
    )
)
