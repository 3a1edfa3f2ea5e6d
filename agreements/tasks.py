"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from agreements import retention
from common import jobs

FORGET = jobs.register(
    jobs.Job(
        "forget_annexes",
        _("Delete people in annexes of agreements that are over, and old codes for signing"),
        retention.forget_people,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=30),
    )
)
