"""What projects hold about a person: whom organisations have named for their people in teams, what experts say, and
who judges and hands in what."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.personal_data import Holder, Person, Record, described, register, told
from projects.models import ChallengeReview, Judge, StageWork, TeamFeedback, TeamParticipant


def _collect(person: Person) -> Iterator[Record]:
    own = TeamParticipant.objects.filter(teacher=person.user).select_related("team", "organisation").order_by("pk")
    for one in own:
        yield described(one, "team", "organisation", "people", "accepted_at", "state")


def _erase(person: Person) -> int:
    """The team stays the organisations'; that they have accepted the terms, too."""
    return TeamParticipant.objects.filter(teacher=person.user).update(teacher=None)


def _collect_reviews(person: Person) -> Iterator[Record]:
    own = ChallengeReview.objects.filter(expert=person.user).select_related("challenge").prefetch_related("remarks")
    for one in own.order_by("pk"):
        said = "\n".join(map(str, one.remarks.all()))
        yield [
            *described(one, "challenge", "asked_at", "verdict", "answered_at", "declined_at"),
            told("remarks", _("remarks"), said),
        ]


def _erase_reviews(person: Person) -> int:
    """What was said of a challenge stays the association's; who has said it does not."""
    return ChallengeReview.objects.filter(expert=person.user).update(expert=None)


def _collect_judgements(person: Person) -> Iterator[Record]:
    """Without the scores, which nobody reads out of their place."""
    for one in Judge.objects.filter(user=person.user).select_related("challenge").order_by("pk"):
        yield described(one, "challenge", "named_at", "ready_at", "excused_at", "reason")


def _erase_judgements(person: Person) -> int:
    """Finished scores stand; who has not finished does not keep the others waiting."""
    own = Judge.objects.filter(user=person.user)
    own.filter(ready_at=None, excused_at=None).update(excused_at=timezone.now())
    return own.update(user=None)


def _collect_works(person: Person) -> Iterator[Record]:
    for one in StageWork.objects.filter(by=person.user).select_related("team", "stage").order_by("pk"):
        yield described(one, "team", "stage", "text", "link", "handed_in_at")


def _erase_works(person: Person) -> int:
    """The work stays the team's."""
    return StageWork.objects.filter(by=person.user).update(by=None)


def _collect_feedback(person: Person) -> Iterator[Record]:
    for one in TeamFeedback.objects.filter(by=person.user).select_related("team").order_by("pk"):
        yield described(one, "team", "side", "rating", "text", "given_at")


def _erase_feedback(person: Person) -> int:
    """It was said for an organisation, and stays."""
    return TeamFeedback.objects.filter(by=person.user).update(by=None)


register(Holder("teams", _("Teams that you answer for"), ("projects.TeamParticipant",), _collect, _erase))
register(
    Holder(
        "challenge_reviews",
        _("Your opinions of challenges as an expert"),
        ("projects.ChallengeReview", "projects.ReviewRemark"),
        _collect_reviews,
        _erase_reviews,
    )
)
register(
    Holder(
        "challenge_judges",
        _("Challenges whose teams you judge"),
        ("projects.Judge", "projects.ScoreSheet", "projects.Score"),
        _collect_judgements,
        _erase_judgements,
    )
)
register(
    Holder("stage_works", _("What you have handed in for teams"), ("projects.StageWork",), _collect_works, _erase_works)
)
register(
    Holder(
        "team_feedback",
        _("What you have said of teams and companies"),
        ("projects.TeamFeedback",),
        _collect_feedback,
        _erase_feedback,
    )
)
