"""What judges hear of a defence, and the company of its scores."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from members.notices.notifications import Words, heads_of, notify
from projects.models import Challenge, Judge
from projects.telling.challenges import CHALLENGES
from projects.telling.reviews import REVIEWS


def tell_judges(challenge: Challenge) -> None:
    """Those who have not heard of it: the defence has begun."""
    for judge in challenge.judges.judging().filter(ready_at=None).select_related("user"):
        tell_judge(judge)


def tell_judge(judge: Judge) -> None:
    link = reverse("projects:challenge_scores", args=[judge.challenge.slug])
    people = [judge.user] if judge.user else []
    notify(people, topic=REVIEWS, key=f"judge {judge.pk}", words=partial(_to_judge, judge), link=link)


def tell_company_of_scores(challenge: Challenge) -> None:
    """All are in: they may be read."""
    notify(
        heads_of(challenge.company),
        topic=CHALLENGES,
        key=f"scores {challenge.pk}",
        words=partial(_scores, challenge),
        link=reverse("projects:dashboard_challenge_result", args=[challenge.company.slug, challenge.slug]),
    )


def _to_judge(judge: Judge) -> Words:
    text = _("Read what the teams have made, and give them points. Nobody sees yours before all judges have finished.")
    return Words(_("You judge the teams of the challenge: %(challenge)s") % {"challenge": judge.challenge.title}, text)


def _scores(challenge: Challenge) -> Words:
    text = _("Write what has come of it, say who wins, and publish the result.")
    return Words(_("All judges have finished: %(challenge)s") % {"challenge": challenge.title}, text)
