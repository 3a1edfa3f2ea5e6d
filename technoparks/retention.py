"""Some time after a booking nobody knows here any more who was responsible for it, and after the end of a group who
learnt in it. The figures stay: which organisation booked which seats and when, how many applied, learnt and came. The
terms stand in docs/privacy.md, for people to read."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from technoparks.cohorts.forgetting import forget_learners
from technoparks.models import Booking, BookingMove, CohortApplication, EnrolmentState, Induction, Outage, QuizAttempt

INDUCTIONS_KEPT_FOR = timedelta(days=3 * 365)  # after they have ended, or were revoked
ATTEMPTS_KEPT_FOR = timedelta(days=30)
KEPT_FOR = timedelta(days=3 * 365)
AT_ONCE = 500  # bookings in a transaction


def forget_bookings() -> int:
    """In portions; killed between two of them, it goes on there the next time. Returns how many bookings."""
    named = BookingMove.objects.exclude(Q(reason="") & Q(by=None)).values("booking")
    outlived = Booking.objects.filter(span__endswith__lt=timezone.now() - KEPT_FOR)
    known = outlived.filter(Q(person__isnull=False) | Q(pk__in=named)).order_by("pk")
    forgotten = 0
    while keys := [*known.values_list("pk", flat=True)[:AT_ONCE]]:
        with transaction.atomic():
            BookingMove.objects.filter(booking__in=keys).update(by=None, reason="")
            forgotten += Booking.objects.filter(pk__in=keys).update(person=None)
    return forgotten


def forget_inductions() -> int:
    """What has ended long ago, with the attempts at quizzes of a month ago. Returns how many rows went."""
    now = timezone.now()
    QuizAttempt.objects.filter(at__lt=now - ATTEMPTS_KEPT_FOR).delete()
    before = now - INDUCTIONS_KEPT_FOR
    day = timezone.localdate(before)
    ended = Q(valid_until__lt=day) | Q(valid_until=None, used_on__lt=day) | Q(revoked_at__lt=before)
    unfinished = Q(completed_on=None, passed_at__lt=before)
    return Induction.objects.filter(ended | unfinished).delete()[0]


def forget_outages() -> int:
    """Who has noted them and who has ended them; what was wrong stays, as it names nobody. Returns how many."""
    known = Outage.objects.exclude(declared_by=None, ended_by=None)
    return known.filter(span__endswith__lt=timezone.now() - KEPT_FOR).update(declared_by=None, ended_by=None)


def forget_learners_of_old() -> int:
    """Whose last group ended so long ago; in portions as well. Who sent an application for them is not known any more
    either. Returns how many applications."""
    outlived = timezone.localdate() - KEPT_FOR
    over = CohortApplication.objects.filter(forgotten_at=None, cohort__ends_on__lt=outlived)
    elsewhere = CohortApplication.objects.filter(enrolments__cohort__ends_on__gte=outlived)
    over = over.exclude(enrolments__state=EnrolmentState.ACTIVE).exclude(pk__in=elsewhere.values("pk")).order_by("pk")
    forgotten = 0
    while keys := [*over.values_list("pk", flat=True)[:AT_ONCE]]:
        with transaction.atomic():
            forgotten += forget_learners(keys)
            CohortApplication.objects.filter(pk__in=keys).update(person=None)
    return forgotten
