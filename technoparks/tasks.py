"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from common import jobs
from technoparks import retention
from technoparks.booking import sweep
from technoparks.cohorts import sweep as cohorts
from technoparks.induction import review

SWEEP = jobs.register(
    jobs.Job(
        "sweep_bookings",
        _("Close bookings of laboratories whose terms have passed"),
        sweep.sweep,
        every=timedelta(minutes=1),
    )
)
REVIEW = jobs.register(
    jobs.Job(
        "review_inductions",
        _("Hold bookings whose people lack an induction"),
        review.review_all,
        every=timedelta(days=1),
        offset=timedelta(hours=0, minutes=20),
    )
)
FORGET_INDUCTIONS = jobs.register(
    jobs.Job(
        "forget_inductions",
        _("Delete inductions that ended three years ago"),
        retention.forget_inductions,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=40),
    )
)
FORGET = jobs.register(
    jobs.Job(
        "forget_bookings",
        _("Delete who was responsible for bookings of three years ago"),
        retention.forget_bookings,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=35),
    )
)
FORGET_OUTAGES = jobs.register(
    jobs.Job(
        "forget_outages",
        _("Delete who noted outages of three years ago"),
        retention.forget_outages,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=45),
    )
)
MOVE_COHORTS = jobs.register(
    jobs.Job(
        "move_cohorts",
        _("Start and finish groups of learners on their days"),
        cohorts.move_cohorts,
        every=timedelta(hours=1),
        offset=timedelta(minutes=5),
    )
)
REMIND_OF_DECISIONS = jobs.register(
    jobs.Job(
        "remind_of_decisions",
        _("Remind of applications to groups whose term is over"),
        cohorts.remind_of_decisions,
        every=timedelta(hours=1),
        offset=timedelta(minutes=20),
    )
)
FORGET_LEARNERS = jobs.register(
    jobs.Job(
        "forget_learners",
        _("Delete who learnt in groups that ended three years ago"),
        retention.forget_learners_of_old,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=50),
    )
)
