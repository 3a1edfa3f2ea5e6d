"""How long agreements take, stage by stage: a page, and the same as a spreadsheet."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe
from unfold.decorators import action

from agreements.models import AgreementKind, AgreementState
from common.admin import ModelAdmin
from common.charts import Bar
from common.report_book import book_of
from common.report_tables import Cell, Line, Section, Table
from common.tables import Xlsx

if TYPE_CHECKING:
    _Admin = ModelAdmin
else:
    _Admin = object

WHOLE = "whole"
STAGES: dict[str, str | Promise] = {
    AgreementState.DRAFT: AgreementState.DRAFT.label,
    AgreementState.REVIEW: AgreementState.REVIEW.label,
    AgreementState.NEGOTIATION: AgreementState.NEGOTIATION.label,
    AgreementState.FROZEN: AgreementState.FROZEN.label,
    AgreementState.SIGNING: AgreementState.SIGNING.label,
    WHOLE: gettext_lazy("From the draft to the conclusion"),
}
NOTE = gettext_lazy(
    "Counted are agreements that were concluded on the portal, in days, by the year of their conclusion; what came "
    "back to a stage has spent there all its stays together. Half of all lie between the quartiles."
)
# Of each agreement the days between the moves that led into a stage and out of it; then quartiles of all, by kind and
# by year, in one reading.
QUESTION = """
    WITH concluded AS (
        SELECT id, kind, created_at, extract(year FROM concluded_on)::int AS year
        FROM agreements_agreement
        WHERE number <> '' AND NOT is_entered
          AND EXISTS (SELECT FROM agreements_signinground AS round
                      WHERE round.agreement_id = agreements_agreement.id AND round.state = 'completed')
    ),
    moves AS (
        SELECT id, 0 AS sequence, 'draft' AS stage, created_at AS at FROM concluded
        UNION ALL
        SELECT agreement_id, sequence, target, at FROM agreements_historyentry
        WHERE target <> '' AND target <> source AND agreement_id IN (SELECT id FROM concluded)
    ),
    stays AS (
        SELECT id, stage, lead(at) OVER (PARTITION BY id ORDER BY sequence) - at AS lasted FROM moves
    ),
    spent AS (
        SELECT id, stage, sum(lasted) AS lasted FROM stays
        WHERE stage IN ('draft', 'review', 'negotiation', 'frozen', 'signing') GROUP BY id, stage
        UNION ALL
        SELECT id, 'whole', sum(lasted) FROM stays
        WHERE stage IN ('draft', 'review', 'negotiation', 'frozen', 'signing') GROUP BY id
    )
    SELECT kind, year, stage, count(*),
           percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY extract(epoch FROM lasted) / 86400)
    FROM spent JOIN concluded USING (id)
    GROUP BY GROUPING SETS ((stage), (stage, kind), (stage, year))
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Of all agreements where ``kind`` and ``year`` are None."""

    kind: str | None
    year: int | None
    stage: str
    number: int
    quartiles: tuple[Decimal, ...]  # the lower one, the median, the upper one, in days


def cycle_times() -> list[Spent]:
    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        return [
            Spent(kind, year, stage, number, tuple(round(Decimal(one), 1) for one in days))
            for kind, year, stage, number, days in cursor.fetchall()
        ]


def sections() -> list[Section]:
    found = cycle_times()
    years = sorted({one.year for one in found if one.year}, reverse=True)
    kinds = [(value, label) for value, label in AgreementKind.choices if any(one.kind == value for one in found)]
    whole = [_table(_("All"), (one for one in found if one.kind is None and one.year is None))]
    by_year = [_table(str(year), (one for one in found if one.year == year)) for year in years]
    by_kind = [_table(label, (one for one in found if one.kind == value)) for value, label in kinds]
    medians = {one.year: one.quartiles[1] for one in found if one.stage == WHOLE and one.year}
    bars = [Bar(str(year), round(medians[year])) for year in sorted(medians)]
    chart = _("Days from the draft to the conclusion, median by year")
    return [
        Section(_("All years"), NOTE, whole, chart=chart, bars=bars),
        Section(_("By year of conclusion"), "", by_year),
        Section(pgettext("of agreements", "By kind"), "", by_kind),
    ]


def _table(title: str | Promise, found: Iterable[Spent]) -> Table:
    of_stage = {one.stage: one for one in found}
    heads = [_("Agreements"), _("Lower quartile, days"), _("Median, days"), _("Upper quartile, days")]
    lines = [
        Line(label, [Cell(of_stage[stage].number), *map(Cell, of_stage[stage].quartiles)], is_total=stage == WHOLE)
        for stage, label in STAGES.items()
        if stage in of_stage
    ]
    return Table(title, _("Stage"), heads, lines)


class StatisticsMixin(_Admin):
    """For the list of agreements."""

    @action(description=gettext_lazy("Statistics"), icon="monitoring", permissions=["view"])
    def open_statistics(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:agreements_agreement_statistics"))

    def get_urls(self) -> list[URLPattern]:
        page, book = (
            require_safe(self.admin_site.admin_view(view)) for view in (self.statistics, self.statistics_book)
        )
        return [
            path("statistics/", page, name="agreements_agreement_statistics"),
            path("statistics.xlsx", book, name="agreements_agreement_statistics_book"),
            *super().get_urls(),
        ]

    def statistics(self, request: HttpRequest) -> HttpResponse:
        title = _("Statistics of agreements")
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "content_title": title,  # of a page that is none of the list, as the theme's crumbs say it
            "sections": self._sections(request),
            "book": reverse("admin:agreements_agreement_statistics_book"),
        }
        return TemplateResponse(request, "admin/members/reports.html", context)

    def statistics_book(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(book_of(self._sections(request), []), content_type=Xlsx.CONTENT_TYPE)
        response["Content-Disposition"] = 'attachment; filename="agreements.xlsx"'
        return response

    def _sections(self, request: HttpRequest) -> list[Section]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return sections()
