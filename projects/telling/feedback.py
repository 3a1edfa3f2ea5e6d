"""Both sides hear that feedback may be read."""

from django.utils.translation import gettext as _

from members.notices.notifications import Words
from projects.models import Team
from projects.telling.teams import tell_company, tell_part


def tell_of_feedback(team: Team) -> None:
    def words() -> Words:
        named = {"team": team.name, "challenge": team.challenge.title}
        text = _("Both sides have spoken, and read each other’s words.")
        return Words(_("Feedback is revealed: the team “%(team)s”, %(challenge)s") % named, text)

    tell_company(team, f"feedback {team.pk}", words, None)
    for part in team.participants.joined().select_related("organisation", "teacher"):
        tell_part(part, f"feedback {team.pk}", words, None)
