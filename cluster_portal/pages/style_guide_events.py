"""The parts of the pages of events, in each state, for the style guide."""

import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.times import Times, said
from events.models import (
    Event,
    EventKind,
    EventState,
    Precision,
    Registration,
    RegistrationState,
    Ticket,
    TicketPool,
)
from events.public.listing import EventList, Row
from events.public.months import Brief, Day
from events.registering.tickets import qr_of
from members.models import Kind

CODE = "PFZ6RPH6RP"


def example_events() -> dict[str, Any]:
    today = timezone.localdate()
    now = timezone.now().replace(hour=7, minute=0)
    rows = [_row(EventState(state), today, now) for state in ("published", "postponed", "cancelled")]
    coming, past = (Event(slug="example", state=state) for state in (EventState.PUBLISHED, EventState.HELD))
    registrations = [Registration(event=coming, state=state) for state in RegistrationState]
    return {
        "list": EventList(QueryDict("kind=forum")),
        "rows": [*rows, _row(EventState.PUBLISHED, today, None)],
        "weeks": [[None, *(_day(today, number, rows) for number in range(6))]],
        "qr": qr_of(CODE),
        "ticket": Ticket(code=CODE, name=_("First and last name"), grade="8А"),
        "pool": TicketPool(name="Очно", name_en="In person"),
        "registrations": [*registrations, Registration(event=past, state=RegistrationState.CONFIRMED)],
        "sections": [(_("Overview"), "#events", ""), (_("At the door"), "#", "page"), (_("Report"), "#events", "")],
        "answers": [
            ("success", "circle-check", _("Come in")),
            ("warning", "triangle-alert", _("Noted before")),
            ("error", "octagon-x", _("Not noted")),
            ("", "undo-2", _("Undone")),
        ],
    }


def _row(state: EventState, today: datetime.date, starts_at: datetime.datetime | None) -> Row:
    ends_at = starts_at and starts_at + datetime.timedelta(hours=6)
    times = Times(starts_at, ends_at, Precision.TIME, "Europe/Moscow")
    leaf, when = said(times, today, get_language())
    return Row(
        slug="example",
        kind=str(EventKind.FORUM.label),
        title=str(state.label),
        lead="",
        times=times,
        leaf=leaf,
        when=when,
        place="",
        state="" if state == EventState.PUBLISHED else str(state.label),
        is_off=state == EventState.CANCELLED,
        is_over=False,
        organisers=((Kind.SCHOOL, str(Kind.SCHOOL.label)), (Kind.COMPANY, str(Kind.COMPANY.label))),
        directions=((0, _("One")), (6, _("Other"))),
        cover="",
    )


def _day(today: datetime.date, number: int, rows: list[Row]) -> Day:
    """Today without anything, one event, as many as are shown and more, then nothing."""
    date, shown = today + datetime.timedelta(days=number), {1: rows[:1], 2: rows}.get(number, [])
    briefs = [Brief(row.slug, row.title, row.times, row.is_off) for row in shown]
    return Day(date, briefs, more=3 if number == 2 else 0, url="#events", is_today=number == 0)
