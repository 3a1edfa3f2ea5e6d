"""What participants hear of their project."""

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from projects.models import ParticipantRole, ProjectMove, ProjectState

PROJECTS = register(
    Topic(
        "projects",
        gettext_lazy("Projects of your organisation"),
        gettext_lazy("A project that it leads or takes part in is published, returned, paused, completed or stopped"),
    )
)


def tell_participants(move: ProjectMove) -> None:
    """The lead of what the association decides before anybody else sees the project, all others of what everybody sees;
    not who has made the move. Who acts for several participants, once."""
    project = move.project
    links = project.participant_links.select_related("organisation")
    if move.target == ProjectState.DRAFT:
        links = links.filter(role=ParticipantRole.LEAD)
    for link in links:
        notify(
            [person for person in heads_of(link.organisation) if person != move.by],
            topic=PROJECTS,
            key=f"project move {move.pk}",
            words=partial(_words, move),
            link=project.get_absolute_url(),
        )


def _words(move: ProjectMove) -> Words:
    named = {"project": move.project.title, "reason": move.reason}
    match move.target, move.source:
        case ProjectState.DRAFT, _source:
            text = _("The association asks to correct: %(reason)s\n\nChange it in the dashboard, and send it again.")
            return Words(_("The project is returned to you: %(project)s") % named, text % named)
        case ProjectState.RUNNING, ProjectState.MODERATION | ProjectState.DRAFT:
            text = _("Everybody finds its page on the portal now. If something there is wrong, write to its lead.")
            return Words(_("A project of your organisation is published: %(project)s") % named, text)
        case ProjectState.RUNNING, _source:
            return Words(_("The project goes on: %(project)s") % named, _("What is new stands on its page."))
        case ProjectState.COMPLETED, _source:
            text = _("Its results stand on its page. Thank you for the work.")
            return Words(_("The project is completed: %(project)s") % named, text)
        case ProjectState.PAUSED, _source:
            return Words(_("The project is paused: %(project)s") % named, _("The reason: %(reason)s") % named)
    return Words(_("The project is stopped: %(project)s") % named, _("The reason: %(reason)s") % named)
