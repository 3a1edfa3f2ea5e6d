"""What the organisers hear of their event from the association, which looks through it before others see it."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import EventMove, EventState, RegistrationWay
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register

EVENTS = register(
    Topic(
        "events",
        gettext_lazy("Events of your organisation"),
        gettext_lazy("The association has published one that was sent to it, or returned it and says why"),
    )
)


def tell_organisers(move: EventMove) -> None:
    """Those who tend the event, once of each move; who acts for several of its organisers, in the name of the first."""
    for link in move.event.organiser_links.select_related("organisation"):
        notify(
            heads_of(link.organisation),
            topic=EVENTS,
            key=f"event move {move.pk}",
            words=partial(_words, move),
            link=reverse("events:dashboard_event", args=[link.organisation.slug, move.event.slug]),
        )


def _words(move: EventMove) -> Words:
    named = {"event": move.event.title}
    if move.target == EventState.PUBLISHED:
        text = _("Everybody finds it on the portal now. Whatever changes, enter it in the dashboard.")
        if move.event.registration == RegistrationWay.HERE:
            here = _(
                "There you see who registers, and write to them; of another time or place they are told by itself."
            )
            text = f"{text} {here}"
        return Words(_("The event is published: %(event)s") % named, text)
    text = _("The association asks to correct: %(reason)s\n\nChange it in the dashboard, and send it again.")
    return Words(_("The event is returned to you: %(event)s") % named, text % {"reason": move.reason})
