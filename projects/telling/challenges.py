"""What a company hears of its challenge."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from projects.models import ChallengeMove, ChallengeState

CHALLENGES = register(
    Topic(
        "challenges",
        gettext_lazy("Challenges of your organisation"),
        gettext_lazy("A challenge that it has set is returned with remarks, opened for teams or withdrawn"),
    )
)


def tell_company(move: ChallengeMove) -> None:
    """Head and coordinators, but not who has made the move."""
    notify(
        [person for person in heads_of(move.challenge.company) if person != move.by],
        topic=CHALLENGES,
        key=f"challenge move {move.pk}",
        words=partial(_words, move),
        link=reverse("projects:dashboard_challenge", args=[move.challenge.company.slug, move.challenge.slug]),
    )


def _words(move: ChallengeMove) -> Words:
    named = {"challenge": move.challenge.title, "reason": move.reason}
    match move.target:
        case ChallengeState.DRAFT:
            text = _("The remarks: %(reason)s\n\nChange it, and send it again.")
            return Words(_("The challenge is returned to you: %(challenge)s") % named, text % named)
        case ChallengeState.OPEN:
            return Words(_("The challenge is open for teams: %(challenge)s") % named, _("Teams may apply from now on."))
    return Words(_("The challenge is withdrawn: %(challenge)s") % named, _("The reason: %(reason)s") % named)
