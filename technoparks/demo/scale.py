"""Any number of plausible bookings of a year for benchmarks: the same for the same seed, by bulk inserts, each with the
moves that led to its state. Nobody is told."""

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from tqdm import tqdm

from common.caching import invalidate_public_pages
from members.models import Direction, Organisation
from technoparks.booking.free import blocked_span, bounds
from technoparks.booking.hours import DAY, Span, open_days
from technoparks.models import (
    BLOCKING,
    BookedFor,
    Booking,
    BookingMove,
    BookingState,
    Equipment,
    EquipmentClass,
    EquipmentTime,
    Lab,
    OpeningHours,
    SiteStatus,
    StatusChange,
    Technopark,
)

BATCH = 2000
LABS, OF_ONE = 200, 20  # in all, and in one technopark
GUESTS = 400
BACK, AHEAD = 300, 65  # days
MINUTE = datetime.timedelta(minutes=1)
LENGTHS = (60, 90, 120, 180)
WHOLE = 0.35  # share of times at which somebody has the whole room
WITH_MACHINE = 0.2
S, K = BookingState, BookedFor
OVER = {S.USED: 82, S.MISSED: 6, S.CANCELLED: 7, S.DECLINED: 3, S.EXPIRED: 2}
TO_COME = {S.CONFIRMED: 70, S.PENDING: 12, S.HELD: 3, S.CANCELLED: 10, S.DECLINED: 5}
KINDS = {K.CLASS: 72, K.PROJECT: 22, K.PERSON: 6}
TITLES = {
    K.CLASS: [
        "5 «В», первые модели",
        "7 «А», электроника",
        "8 «Б», робототехника",
        "9 «Г», практикум",
        "10 «А», опыты",
    ],
    K.PROJECT: ["Умная теплица", "Спутник из банки", "Станция наблюдений", "Экзоскелет кисти", "Чистая вода"],
    K.PERSON: ["Доработка модели", "Подготовка к защите"],
}
ENDS = {
    S.USED: "finish", S.MISSED: "miss", S.CANCELLED: "cancel", S.DECLINED: "decline", S.EXPIRED: "expire",
    S.HELD: "hold",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A time in a lab, and who of those who share it is meant: seats from the first to the last."""

    span: Span
    first: int
    last: int
    is_whole: bool


@transaction.atomic
def make_bookings(number: int, *, seed: int) -> None:
    """In LABS labs, which are made where they are not there; shows a bar on a terminal."""
    chance, today = random.Random(seed), timezone.localdate()  # noqa: S311
    labs = _labs(chance)
    guests = [*Organisation.objects.published().order_by("pk")[:GUESTS]]
    with tqdm(total=number, unit=" bookings", disable=None) as bar:
        for lab in labs:
            bar.update(fill(lab, guests, today - BACK * DAY, today + AHEAD * DAY, number // len(labs), chance))
    invalidate_public_pages()


def fill(
    lab: Lab,
    guests: Sequence[Organisation],
    first: datetime.date,
    last: datetime.date,
    number: int,
    chance: random.Random,
) -> int:
    """Bookings on those of the days on which the lab has none. How many were made."""
    standing = Booking.objects.filter(lab=lab, span__startswith__date__range=(first, last))
    taken = {bounds(span)[0].astimezone(lab.technopark.zone).date() for span in standing.values_list("span", flat=True)}
    places = [one for one in _places(lab, first, last, chance) if one.span[0].date() not in taken]
    chosen = sorted(chance.sample(range(len(places)), min(number, len(places))))
    made = iter([_booking(lab, places[one], chance.choice(guests), chance) for one in chosen])
    machines = [*lab.equipment.filter(is_bookable=True)]
    while batch := [*islice(made, BATCH)]:
        Booking.objects.bulk_create(batch)
        BookingMove.objects.bulk_create(move for booking in batch for move in _moves(booking))
        EquipmentTime.objects.bulk_create(
            EquipmentTime(
                equipment=chance.choice(machines),
                booking=booking,
                span=booking.blocked,
                is_blocking=booking.state in BLOCKING,
            )
            for booking in batch
            if machines and 1 in booking.seats and chance.random() < WITH_MACHINE
        )
    return len(chosen)


def _labs(chance: random.Random) -> list[Lab]:
    known = Lab.objects.filter(slug__startswith="scale-").select_related("technopark")
    if known.exists():
        return [*known.order_by("pk")]
    hosts = [*Organisation.objects.published().order_by("pk")[: LABS // OF_ONE]]
    directions = cycle(Direction.objects.order_by("pk"))
    kind, _made = EquipmentClass.objects.get_or_create(name="3D-принтер", defaults={"name_en": "3D printer"})
    return [_lab(hosts[number // OF_ONE], number, next(directions), kind, chance) for number in range(LABS)]


def _lab(host: Organisation, number: int, direction: Direction, kind: EquipmentClass, chance: random.Random) -> Lab:
    place = number // OF_ONE + 1
    technopark, is_new = Technopark.objects.get_or_create(
        slug=f"technopark-{place}",
        defaults={"host": host, "name": f"Технопарк № {place}", "is_published": True, "pupils_planned": 1000},
    )
    if is_new:
        StatusChange.objects.create(technopark=technopark, status=SiteStatus.OPEN, on=datetime.date(2020, 9, 1))
    lab = Lab.objects.create(
        technopark=technopark,
        name=f"Лаборатория № {number + 1}",
        slug=f"scale-{number + 1}",
        direction=direction,
        seats=chance.choice((8, 12, 16, 20)),
        needs_approval=number % 2 == 0,
        buffer_minutes=chance.choice((0, 0, 15, 30)),
        check_in_minutes=20 if number % 3 else None,
    )
    hours = {weekday: (datetime.time(8), datetime.time(20)) for weekday in range(5)}
    hours[5] = datetime.time(10), datetime.time(16)
    OpeningHours.objects.bulk_create(
        OpeningHours(lab=lab, weekday=weekday, opens=opens, closes=closes) for weekday, (opens, closes) in hours.items()
    )
    Equipment.objects.create(lab=lab, kind=kind, name="Принтер № 1", name_en="Printer No. 1", number=f"П-{number + 1}")
    return lab


def _places(lab: Lab, first: datetime.date, last: datetime.date, chance: random.Random) -> Iterator[Place]:
    """One after the other through each day, shared by two groups or whole; none of them overlaps another."""
    step = lab.step_minutes * MINUTE
    for day in open_days(lab, first, last):
        for opens, closes in day.spans:
            starts = opens
            while starts < closes:
                length = max(lab.shortest_minutes, min(lab.longest_minutes, chance.choice(LENGTHS))) * MINUTE
                ends = starts + -(-length // step) * step
                if ends <= closes:
                    yield from _shared(lab, (starts, ends), chance)
                after = blocked_span(lab, starts, ends)[1] - opens
                starts = opens + -(-after // step) * step


def _shared(lab: Lab, span: Span, chance: random.Random) -> Iterator[Place]:
    if lab.seats < 2 or not lab.by_seats or chance.random() < WHOLE:
        yield Place(span, 1, lab.seats, is_whole=True)
        return
    middle = chance.randint(1, lab.seats - 1)
    yield Place(span, 1, middle, is_whole=False)
    yield Place(span, middle + 1, lab.seats, is_whole=False)


def _booking(lab: Lab, place: Place, guest: Organisation, chance: random.Random) -> Booking:
    starts, ends = place.span
    now, number = timezone.now(), place.last - place.first + 1
    kind = K.PERSON if number == 1 else chance.choices([*KINDS], [*KINDS.values()])[0]
    last = place.first if kind == K.PERSON and not place.is_whole else place.last
    waits = lab.needs_approval and guest.pk != lab.technopark.host_id
    state = _state(lab, chance, is_over=starts <= now, waits=waits)
    checks_in = lab.check_in_minutes is not None
    return Booking(
        lab=lab,
        organisation=guest,
        kind=kind,
        title=chance.choice(TITLES[kind]),
        span=DateTimeTZRange(starts, ends),
        blocked=DateTimeTZRange(*blocked_span(lab, starts, ends)),
        people=1 if kind == K.PERSON else chance.randint(-(-number // 2), number) if place.is_whole else number,
        youngest=lab.least_age,
        is_whole=place.is_whole,
        seats=range(place.first, last + 1),
        state=state,
        decide_by=min(starts, now + 2 * DAY) if state == S.PENDING else None,
        released_at=starts + (lab.check_in_minutes or 0) * MINUTE if checks_in else None,
    )


def _state(lab: Lab, chance: random.Random, *, is_over: bool, waits: bool) -> BookingState:
    """Only one that it can have come to."""
    weights = dict(OVER if is_over else TO_COME)
    if not waits:
        for state in (S.PENDING, S.DECLINED, S.EXPIRED):
            weights.pop(state, None)
    if lab.check_in_minutes is None:
        weights.pop(S.MISSED, None)
    return chance.choices([*weights], [*weights.values()])[0]


def _moves(booking: Booking) -> Iterator[BookingMove]:
    """Those of ``technoparks.booking.moves``; each a day before it begins, but for the last."""
    asked = booking.starts_at - 14 * DAY
    waits = booking.lab.needs_approval and booking.organisation_id != booking.lab.technopark.host_id
    state = S.PENDING if waits else S.CONFIRMED
    yield BookingMove(booking=booking, action="book", target=state, at=asked)
    if waits and booking.state in (S.CONFIRMED, S.USED, S.MISSED, S.HELD):
        yield BookingMove(booking=booking, action="approve", source=state, target=S.CONFIRMED, at=asked + DAY)
        state = S.CONFIRMED
    if booking.state in ENDS:
        action = "check_in" if booking.state == S.USED and booking.released_at else ENDS[S(booking.state)]
        at = booking.starts_at if booking.state in (S.USED, S.MISSED) else asked + 2 * DAY
        yield BookingMove(booking=booking, action=action, source=state, target=booking.state, at=at)
