"""Any number of plausible events for benchmarks: the same for the same seed, by bulk inserts."""

import datetime
import random
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from common.caching import invalidate_public_pages
from events.models import Event, EventFormat, EventKind, EventOrganiser, EventState
from members.models import Audience, Direction, Organisation, Region

BATCH = 2000
YEARS_BACK, DAYS_AHEAD = 10, 365
NAMES = {
    EventKind.FORUM: "Форум «{topic}» № {n}",
    EventKind.STRATEGIC_SESSION: "Стратегическая сессия «{topic}» № {n}",
    EventKind.PROJECT_CAMP: "Проектная смена «{topic}» № {n}",
    EventKind.OPEN_DAY: "День открытых дверей № {n}",
    EventKind.WEBINAR: "Вебинар «{topic}» № {n}",
    EventKind.COMPETITION: "Соревнование «{topic}» № {n}",
}
WEIGHTS = dict(zip(NAMES, (5, 5, 10, 25, 40, 15), strict=True))
TOPICS = ["Робототехника", "Новые материалы", "Датчики и данные", "Наставник", "Космос рядом", "Ёмкая энергия"]
LEADS = [
    "Показываем лаборатории и отвечаем на вопросы.",
    "Собираем команды и разбираем задачи компаний.",
    "Обсуждаем, как школе и заводу работать вместе.",
]


@transaction.atomic
def make_events(past: int, upcoming: int, *, seed: int) -> None:
    """With an organiser, as far as there are organisations, and directions; shows a bar on a terminal."""
    chance, now = random.Random(seed), timezone.now()  # noqa: S311
    regions = list(Region.objects.order_by("code"))
    directions = list(Direction.objects.values_list("pk", flat=True))
    organisations = list(Organisation.objects.published().order_by("pk").values_list("pk", flat=True)[:BATCH])
    days = [-chance.uniform(1, 365 * YEARS_BACK) for _ in range(past)]
    days += [chance.uniform(1, DAYS_AHEAD) for _ in range(upcoming)]
    first = Event.objects.count() + 1
    made = (_event(first + place, now, day, chance, regions) for place, day in enumerate(days))
    link = Event.directions.through
    with tqdm(total=len(days), unit=" events", disable=None) as bar:
        while batch := list(islice(made, BATCH)):
            _number(batch)
            # Links first: so the trigger finds them, and each event is written once. Foreign keys wait for the commit.
            link.objects.bulk_create(
                link(event_id=event.pk, direction_id=chance.choice(directions)) for event in batch if directions
            )
            EventOrganiser.objects.bulk_create(
                EventOrganiser(event_id=event.pk, organisation_id=chance.choice(organisations))
                for event in batch
                if organisations
            )
            Event.objects.bulk_create(batch)
            bar.update(len(batch))
    invalidate_public_pages()


def _number(batch: list[Event]) -> None:
    with connection.cursor() as cursor:
        sequence = "pg_get_serial_sequence('events_event', 'id')"
        cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [len(batch)])  # noqa: S608
        for event, (number,) in zip(batch, cursor.fetchall(), strict=True):
            event.pk = number


def _event(serial: int, now: datetime.datetime, days: float, chance: random.Random, regions: list[Region]) -> Event:
    kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    form = EventFormat.ONLINE if kind == EventKind.WEBINAR else EventFormat.IN_PERSON
    region = chance.choice(regions)
    starts = (now + datetime.timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    is_over = days < 0
    return Event(
        kind=kind,
        name=NAMES[kind].format(topic=chance.choice(TOPICS), n=serial),
        slug=f"event-{serial}",
        summary=chance.choice(LEADS),
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=chance.randint(1, 6)),
        time_zone=region.time_zone,
        format=form,
        region=None if form == EventFormat.ONLINE else region,
        city="" if form == EventFormat.ONLINE else region.name,
        audience=chance.sample(Audience.values, 2),
        state=EventState.HELD if is_over else EventState.PUBLISHED,
        headcount=chance.randint(10, 500) if is_over else None,
    )
