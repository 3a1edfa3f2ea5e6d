"""What came and went in a year or a month."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from members.membership.fees import DAY
from members.membership.reports.scope import Scope
from members.models import ON_THE_ROLL, OVER, MembershipStatusChange
from members.models.membership import MembershipQuerySet

JOINED, BACK, LOST = "joined", "back", "lost"


@dataclass(frozen=True, slots=True)
class Flow:
    """A year or a month. On the roll is what is active, in grace or suspended. Its first and last days are compared, so
    who lapsed and came back in between was there all the time: ``at_start + joined + back − ended = at_end``.
    """

    since: datetime.date
    until: datetime.date
    at_start: int  # on the roll when the day before ended
    joined: int  # whose first move lies here
    back: int  # was over before, is on the roll at the end
    ended: Counter[str]  # was not over before, and is at the end: by status
    lost: int  # of those at the start, over at the end
    at_end: int

    @property
    def attrition(self) -> Decimal | None:
        """The share of those at the start that was over at the end."""
        return Decimal(self.lost) / self.at_start if self.at_start else None


def flows(scope: Scope) -> list[Flow]:
    """From the first move on record to the day, without a gap."""
    changes: dict[datetime.date, Counter[tuple[str | None, str]]] = defaultdict(Counter)
    for since, before, after, number in _changes(scope):
        changes[since][before, after] += number
    found, at_start = [], 0
    for since, until in scope.spans(min(changes, default=scope.day + DAY)):
        flow = _flow(since, until, at_start, changes[since])
        at_start = flow.at_end
        found.append(flow)
    return found


def _changes(scope: Scope) -> list[tuple[datetime.date, str | None, str, int]]:
    """Of those that moved in a period: how many were of which status before it, and when it ended."""
    moves = MembershipStatusChange.objects.filter(on__lte=scope.day, **scope.of("membership__organisation"))
    last = moves.annotate(since=scope.trunc("on")).order_by("membership", "since", "-on", "-pk")
    each, values = last.distinct("membership", "since").values("membership", "since", "status").query.sql_with_params()
    question = f"""
        WITH moved AS (
            SELECT since::date, lag(status) OVER (PARTITION BY membership ORDER BY since) AS before, status
            FROM ({each}) AS each
        )
        SELECT since, before, status, count(*) FROM moved GROUP BY since, before, status
    """  # noqa: S608 - a question of the ORM's, with its values beside it
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def _flow(since: datetime.date, until: datetime.date, at_start: int, changes: Counter[tuple[str | None, str]]) -> Flow:
    ended: Counter[str] = Counter()
    joined = back = lost = 0
    for (before, after), number in changes.items():
        joined += number * (before is None)
        back += number * (before in OVER and after in ON_THE_ROLL)
        lost += number * (before in ON_THE_ROLL and after in OVER)
        if before not in OVER and after in OVER:
            ended[after] += number
    return Flow(since, until, at_start, joined, back, ended, lost, at_start + joined + back - ended.total())


def changed(
    memberships: MembershipQuerySet, *, what: str, since: datetime.date, until: datetime.date
) -> MembershipQuerySet:
    """Those that a flow counts as ``what``: JOINED, BACK, LOST, or a status in which they ended."""
    compared: Any = memberships.with_status_on(since - DAY, name="status_before").with_status_on(until)
    was_new, was_there = Q(status_before=None), Q(status_before__in=ON_THE_ROLL)
    match what:
        case "joined":
            return compared.filter(was_new, status_then__isnull=False)
        case "back":
            return compared.filter(status_before__in=OVER, status_then__in=ON_THE_ROLL)
        case "lost":
            return compared.filter(was_there, status_then__in=OVER)
    return compared.filter(was_new | was_there, status_then=what)
