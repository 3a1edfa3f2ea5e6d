"""A letter to the registered before it goes: how many get it, and how it reads; and to whom one went that has gone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from events.event_messages import Written
from events.message_emails import event_told
from events.models import ACTIVE, Event, EventMessage, Registration
from members.models import User


@dataclass(frozen=True, slots=True)
class Specimen:
    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    number: int
    specimens: list[Specimen]


def previewed(event: Event, written: Written, *, by: User) -> Preview:
    """In each language in which it is written, as whoever writes it would read it."""
    message = written.to(event, by=by)
    languages = [code for code, _name in settings.LANGUAGES if code == settings.LANGUAGE_CODE or written.text_en]
    specimens = []
    for language in languages:
        reader = Registration(event=event, name=str(by), email=by.email, language=language)
        letter = event_told(reader, message=message)
        specimens.append(Specimen(language, str(letter.subject), str(letter.body)))
    return Preview(message.readers.count(), specimens)


def audience_of(message: EventMessage) -> str:
    """In words, as it was chosen."""
    chosen = (
        message.get_to_state_display(),
        message.to_pool and message.to_pool.title,
        message.to_organisation and message.to_organisation.title,
        message.get_to_came_display(),
    )
    return " · ".join(filter(None, map(str, filter(None, chosen)))) or _("All who are registered")


def with_audience(messages: Iterable[EventMessage]) -> list[tuple[EventMessage, str]]:
    return [(message, audience_of(message)) for message in messages]


def chosen_in_list(event: Event, query: QueryDict) -> dict[str, object]:
    """What the form begins with for who comes from a filtered list: it can mean one of each."""
    state, pool, organisation, came = (query.get(name, "") for name in ("state", "pool", "organisation", "came"))
    by_slug = event.registrations.filter(organisation__slug=organisation).values_list("organisation", flat=True)
    return {
        "to_state": state if state in ACTIVE else "",
        "to_pool": pool,
        "to_organisation": by_slug.first() if organisation else "",
        "to_came": came,
    }
