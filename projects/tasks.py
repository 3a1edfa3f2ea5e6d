"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from common import jobs
from projects.life import sweep

REMIND_OF_ANSWERS = jobs.register(
    jobs.Job(
        "remind_of_team_answers",
        _("Remind companies of teams whose term is over"),
        sweep.remind_of_answers,
        every=timedelta(hours=1),
        offset=timedelta(minutes=25),
    )
)
REMIND_OF_REVIEWS = jobs.register(
    jobs.Job(
        "remind_of_challenge_reviews",
        _("Remind experts of challenges"),
        sweep.remind_of_reviews,
        every=timedelta(hours=1),
        offset=timedelta(minutes=35),
    )
)
REMIND_OF_STAGES = jobs.register(
    jobs.Job(
        "remind_of_challenge_stages",
        _("Remind teams of their stages"),
        sweep.remind_of_stages,
        every=timedelta(days=1),
        offset=timedelta(hours=6),
    )
)
REMIND_OF_ROADMAPS = jobs.register(
    jobs.Job(
        "remind_of_roadmaps",
        _("Remind owners of roadmaps"),
        sweep.remind_of_roadmaps,
        every=timedelta(days=1),
        offset=timedelta(hours=6, minutes=10),
    )
)
REMIND_OF_PLEDGES = jobs.register(
    jobs.Job(
        "remind_of_pledges",
        _("Remind of pledges"),
        sweep.remind_of_pledges,
        every=timedelta(days=1),
        offset=timedelta(hours=6, minutes=20),
    )
)
