"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from common import jobs
from technoparks import retention
from technoparks.booking import sweep

SWEEP = jobs.register(
    jobs.Job(
        "sweep_bookings",
        _("Close bookings of laboratories whose terms have passed"),
        sweep.sweep,
        every=timedelta(minutes=1),
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
