"""Who may do what with labs and bookings. Whether it is possible now, the services say."""

from typing import TYPE_CHECKING

from django.utils import timezone

from members.models import Organisation, Representative, Role
from members.policies import role_of
from technoparks.models import Booking, Cohort, CohortApplication, Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from members.models import User

TENDING = (Role.HEAD, Role.COORDINATOR)
BOOKING = (*TENDING, Role.TEACHER)


def can_tend_technopark(user: "User | AnonymousUser", technopark: Technopark) -> bool:
    """Its labs, hours, rules and machines: head and coordinators of the host. The staff do it in the admin site."""
    return can_tend_technoparks(user, technopark.host)


def can_tend_technoparks(user: "User | AnonymousUser", host: Organisation) -> bool:
    """All of the host."""
    return role_of(user, host) in TENDING


def technoparks_tended_by(user: "User | AnonymousUser", organisation: Organisation) -> "QuerySet[Technopark]":
    """Those of ``organisation``, to whoever tends them."""
    if not can_tend_technoparks(user, organisation):
        return Technopark.objects.none()
    return Technopark.objects.filter(host=organisation, is_network=False)


def can_read_usage(user: "User | AnonymousUser", host: Organisation) -> bool:
    """Who has booked the labs of the host, and how their hours were spent: its head and coordinators, and the staff."""
    return can_tend_technoparks(user, host) or reads_all_usage(user)


def reads_all_usage(user: "User | AnonymousUser") -> bool:
    """Of the staff, who act for no host."""
    return user.is_staff and user.has_perm("technoparks.view_booking")


def can_book_lab(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """For this organisation: its head, coordinators and teachers."""
    return role_of(user, organisation) in BOOKING


def organisations_that_book(user: "User | AnonymousUser") -> "QuerySet[Organisation]":
    """For which ``user`` may book."""
    if not user.is_authenticated:
        return Organisation.objects.none()
    roles = Representative.objects.active().filter(user=user, role__in=BOOKING)
    return Organisation.objects.filter(pk__in=roles.values("organisation")).order_by("sort_name")


def can_decide_booking(user: "User | AnonymousUser", booking: Booking) -> bool:
    """Approve it, decline it, or call it off for the host."""
    return can_tend_technopark(user, booking.lab.technopark)


def can_cancel_booking(user: "User | AnonymousUser", booking: Booking) -> bool:
    """For the guest: who has booked it; heads and coordinators any of their organisation's."""
    role = role_of(user, booking.organisation)
    return role in TENDING or (role == Role.TEACHER and booking.person_id == user.pk)


def can_cancel_series(user: "User | AnonymousUser", booking: Booking) -> bool:
    """For the guest, what is to come of its series: heads and coordinators; a teacher where nobody else is responsible
    for any of it."""
    if role_of(user, booking.organisation) in TENDING:
        return True
    ahead = Booking.objects.filter(series=booking.series_id, span__startswith__gt=timezone.now())
    return can_cancel_booking(user, booking) and not ahead.exclude(person=user.pk).exists()


def can_take_over_booking(user: "User | AnonymousUser", booking: Booking) -> bool:
    """Whoever books for the guest, and is not responsible for it."""
    return can_book_lab(user, booking.organisation) and booking.person_id != user.pk


def can_check_in_booking(user: "User | AnonymousUser", booking: Booking) -> bool:
    """Any of the guests who books, or the host."""
    return can_book_lab(user, booking.organisation) or role_of(user, booking.lab.technopark.host) in BOOKING


# --- Programmes and groups -----------------------------------------------------------------------------------------


def can_tend_groups(user: "User | AnonymousUser", host: Organisation) -> bool:
    """Programmes and groups of its technoparks, and who is admitted: head and coordinators."""
    return role_of(user, host) in TENDING


def can_lead_group(user: "User | AnonymousUser", cohort: Cohort) -> bool:
    """Read who learns there, and mark who came: who tends the groups, and the teacher of this one."""
    role = role_of(user, cohort.programme.technopark.host)
    return role in TENDING or (role == Role.TEACHER and cohort.teacher_id == user.pk)


def can_apply_for_pupils(user: "User | AnonymousUser", organisation: Organisation) -> bool:
    """Send applications for people of the organisation, and read what became of them."""
    return role_of(user, organisation) in BOOKING


def can_withdraw_application(user: "User | AnonymousUser", application: CohortApplication) -> bool:
    """Whoever has sent it; of an organisation its heads and coordinators as well."""
    if application.organisation is None:
        return application.person_id == user.pk
    role = role_of(user, application.organisation)
    return role in TENDING or (role == Role.TEACHER and application.person_id == user.pk)
