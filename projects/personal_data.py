"""What projects hold about a person: whom organisations have named for their people in teams."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from common.personal_data import Holder, Person, Record, described, register
from projects.models import TeamParticipant


def _collect(person: Person) -> Iterator[Record]:
    own = TeamParticipant.objects.filter(teacher=person.user).select_related("team", "organisation").order_by("pk")
    for one in own:
        yield described(one, "team", "organisation", "people", "accepted_at", "state")


def _erase(person: Person) -> int:
    """The team stays the organisations'; that they have accepted the terms, too."""
    return TeamParticipant.objects.filter(teacher=person.user).update(teacher=None)


register(Holder("teams", _("Teams that you answer for"), ("projects.TeamParticipant",), _collect, _erase))
