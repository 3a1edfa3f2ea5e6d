"""What projects hold about a person: whom organisations have named for their people in teams, and what experts say."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from common.personal_data import Holder, Person, Record, described, register, told
from projects.models import ChallengeReview, TeamParticipant


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
