"""What is alive, late and asleep of all that an organisation has promised, and of what was promised to it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import Obligation, ObligationReport, ReportState
from agreements.models.obligation import ASLEEP_AFTER
from members.models import Organisation

WHOSE: dict[str, str | Promise] = {"ours": _("We have promised"), "owed": _("Promised to us")}
HOW: dict[str, str | Promise] = {"late": _("Late"), "asleep": _("Asleep"), "alive": _("Alive")}


@dataclass(frozen=True, slots=True)
class Cell:
    number: int
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    title: str | Promise
    cells: list[Cell]


def open_obligations(organisation: Organisation) -> QuerySet[Any]:
    """Each with ``whose`` and ``how``; what is late first, then by the day on which it is due."""
    late = Q(due_on__lt=timezone.localdate())
    asleep = Q(moved_at__lt=timezone.now() - ASLEEP_AFTER)
    return (
        Obligation.objects.of(organisation)
        .open()
        .annotate(
            whose=Case(When(owner=organisation, then=Value("ours")), default=Value("owed"), output_field=CharField()),
            how=Case(
                When(late, then=Value("late")),
                When(asleep, then=Value("asleep")),
                default=Value("alive"),
                output_field=CharField(),
            ),
        )
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )


def rows_of(obligations: QuerySet[Any], *, whose: str, how: str) -> list[Row]:
    """How many there are of each; each number leads to them, and the chosen one back to all."""
    counted = obligations.order_by().values("whose", "how").annotate(number=Count("pk"))
    numbers = {(one["whose"], one["how"]): one["number"] for one in counted}
    return [
        Row(title, [_cell(numbers.get((row, column), 0), row, column, (whose, how)) for column in HOW])
        for row, title in WHOSE.items()
    ]


def _cell(number: int, whose: str, how: str, chosen: tuple[str, str]) -> Cell:
    is_chosen = chosen == (whose, how)
    return Cell(number, "" if is_chosen else f"whose={whose}&how={how}", is_chosen)


def waiting_for(organisation: Organisation) -> QuerySet[ObligationReport]:
    """Reports of others that this organisation is to confirm, oldest first."""
    concerned = Obligation.objects.of(organisation).exclude(owner=organisation).values("pk")
    reports = ObligationReport.objects.filter(state=ReportState.REPORTED, obligation__in=concerned)
    mine = Q(obligation__beneficiary=organisation) | Q(obligation__beneficiary=None)
    return reports.filter(mine).select_related("obligation__agreement", "organisation").order_by("pk")
