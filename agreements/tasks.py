"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from agreements import chain, retention
from agreements.running import sweep
from common import jobs

SWEEP = jobs.register(
    jobs.Job("sweep_agreements", _("Do what is due of agreements"), sweep.sweep, every=timedelta(minutes=1))
)
PUBLISH_HEAD = jobs.register(
    jobs.Job(
        "publish_head",
        _("Publish the hash of the last entry in the history of agreements"),
        chain.publish_head,
        every=timedelta(days=1),
        offset=timedelta(hours=21, minutes=5),  # just after midnight in Moscow
    )
)
FORGET = jobs.register(
    jobs.Job(
        "forget_annexes",
        _("Delete people in annexes of agreements that are over, and old codes for signing"),
        retention.forget_people,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=30),
    )
)
