"""An event that its organiser prepares, for the pages of the dashboard."""

from events.life.moves import Who, move_event
from events.models import Event, EventState, PlannedSigning, Talk
from members.models import Organisation, PublicPerson
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory, QuotaFactory, SessionFactory


def load() -> None:
    """A draft of the lyceum with places, a quota, a talk and a signing, which the association has returned."""
    event = EventFactory(
        slug="returned-tournament", name="Турнир юных физиков", kind="competition", state=EventState.DRAFT,
        summary="Задачи без готового ответа для команд из пяти человек.", city="Долгопрудный",
    )  # fmt: skip
    EventOrganiserFactory(event=event, organisation=Organisation.objects.get(slug="phystech-lyceum"))
    QuotaFactory(pool=PoolFactory(event=event), organisation=Organisation.objects.get(slug="lorett"))
    talk = Talk.objects.create(session=SessionFactory(event=event, name="Открытие"), name="Почему небо голубое")
    talk.speakers.set(PublicPerson.objects.shown()[:1])
    signing = PlannedSigning.objects.create(event=event, subject="О сетевом инженерном классе")
    signing.parties.set(Organisation.objects.filter(slug__in=("phystech-lyceum", "lorett")))
    move_event(event, move="submit", who=Who.ORGANISER, by=None)
    move_event(event, move="return", who=Who.STAFF, by=None, reason="Не указано, для каких классов турнир.")


def places() -> dict[str, object]:
    event = Event.objects.get(slug="returned-tournament")
    return {
        "pool": event.pools.get().pk,
        "talk": Talk.objects.get(session__event=event).pk,
        "signing": event.signings.get().pk,
    }
