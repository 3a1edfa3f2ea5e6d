"""The figures of members/reports/ as sections of tables, for the page and for the spreadsheet alike. Each number
leads to the list of the rows that it counts.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.charts import Bar
from common.days import FIRST, LAST
from common.report_tables import Cell, Line, Section, Table, Text
from members import reports
from members.admin.report_filters import AGE_LABELS, BILL_LABELS, CHANGE_LABELS
from members.fees import DAY
from members.models import ON_THE_ROLL, OVER, Invoice, Kind, Membership, MembershipPeriod, MembershipStatus, Tier, User
from members.reports import BACK, JOINED, LOST, ROLL, Scope

SPANS_SHOWN = 24  # years or months, the last ones
SPANS_IN_BOOK = 12 * (LAST.year - FIRST.year + 1)  # months of all plausible days
DEBTORS_SHOWN = 20

NOTE_OF_STANDINGS = gettext_lazy(
    "Counted are memberships, those of partners included, by the last change of status until the end of the day. "
    "On the roll is what has not ended: active, in grace or suspended. The tier is that of the register on the day; "
    "before its history began, the oldest known. Kind and region are those of today."
)
NOTE_OF_FLOWS = gettext_lazy(
    "The first and the last day of a period are compared, so who lapsed and came back in between was there all the "
    "time. Joined: the first status of the membership lies in the period. Lost: on the roll at the start, over at "
    "the end; attrition is their share of those at the start."
)
NOTE_OF_RENEWALS = gettext_lazy(
    "Counted are years of membership by their last day. Renewed: the next year follows at once, its fee is paid by the "
    "day of the report or none is asked for it, and the membership was on the roll on the last day. Who is in grace "
    "may still pay."
)
NOTE_OF_BILLS = gettext_lazy(
    "Counted are invoices by the day of issue, without those cancelled by the day of the report; paid is what had been "
    "paid by then. Overdue: the last day to pay lies before the day of the report."
)


class Report:
    """Of one scope, with the links that its reader may follow."""

    def __init__(self, scope: Scope, reader: User, regions: Mapping[int, str], *, whole: bool = False) -> None:
        """``whole``: with all debtors and as many periods as the spreadsheet draws."""
        self.scope, self.regions = scope, regions
        self.debtors = None if whole else DEBTORS_SHOWN
        self.spans = -(SPANS_IN_BOOK if whole else SPANS_SHOWN)
        names = {model: model._meta.model_name for model in (Membership, MembershipPeriod, Invoice)}
        self.lists = {
            model: reverse(f"admin:members_{name}_changelist")
            for model, name in names.items()
            if reader.has_perm(f"members.view_{name}")
        }

    def sections(self) -> list[Section]:
        found = [self.standings(), self.flows(), self.renewals()]
        return [*found, self.bills()] if Invoice in self.lists else found

    def address(self, model: Any, **asked: Any) -> str:
        """Of the list of these rows, within the scope; none for who may not see it."""
        if model not in self.lists:
            return ""
        path = "membership__organisation" if model is MembershipPeriod else "organisation"
        named: dict[str, str] = {"kind": f"{path}__kind__exact", "region": f"{path}__region__id__exact"}
        of_scope: dict[str, Any] = {"kind": self.scope.kind, "region": self.scope.region or ""}
        values: dict[str, Any] = {"day": self.scope.day}
        values |= {named.get(key, key): value for key, value in (of_scope | asked).items() if value != ""}
        if values.get(named["region"], "") is None:
            values[f"{path}__region__isnull"] = values.pop(named["region"]) is None
        return f"{self.lists[model]}?{urlencode(values)}"

    def cell(self, number: int, model: Any, **asked: Any) -> Cell:
        return Cell(number, self.address(model, **asked) if number else "")

    # --- How memberships stand ---------------------------------------------------------------------------------------

    def standings(self) -> Section:
        rows = reports.standings(self.scope)
        statuses = Counter[str]()
        for row in rows:
            statuses[row.status] += row.number
        bars = [
            Bar(status.label, statuses[status], url=self.address(Membership, then=status))
            for status in MembershipStatus
            if statuses[status]
        ]
        regions = [*self.regions.items(), (None, _("Without a region"))]
        tables = [
            self._crossed(_("By tier"), _("Tier"), rows, lambda row: row.tier, Tier.choices, "tier_then"),
            self._crossed(_("By kind"), _("Kind of organisation"), rows, lambda row: row.kind, Kind.choices, "kind"),
            self._crossed(_("By region"), _("Region"), rows, lambda row: row.region, regions, "region"),
        ]
        title = _("On %(day)s") % {"day": date_format(self.scope.day)}
        return Section(title, NOTE_OF_STANDINGS, tables, chart=_("Memberships by status"), bars=bars)

    def _crossed(
        self, title: str, first: str, rows: list[reports.Tally], value_of: Callable, choices: Iterable, name: str
    ) -> Table:
        """``name``: what the list calls the value."""
        found: dict[Any, Counter[str]] = {}
        in_all = Counter[str]()
        for row in rows:
            found.setdefault(value_of(row), Counter())[row.status] += row.number
            in_all[row.status] += row.number
        shown = [status for status in MembershipStatus if in_all[status]]
        lines = [
            self._standing_line(label, found[value], shown, **{name: value})
            for value, label in choices
            if value in found
        ]
        heads: list[Text] = [_("On the roll"), *(status.label for status in shown), _("In all")]
        return Table(title, first, heads, [*lines, self._standing_line(_("In all"), in_all, shown)])

    def _standing_line(self, label: Text, found: Counter[str], shown: list[MembershipStatus], **asked: Any) -> Line:
        on_the_roll = sum(found[status] for status in ON_THE_ROLL)
        numbers = [(ROLL, on_the_roll), *((status, found[status]) for status in shown), ("", found.total())]
        cells = [self.cell(number, Membership, then=then, **asked) for then, number in numbers]
        return Line(label, cells, is_total=not asked)

    # --- What came and went ------------------------------------------------------------------------------------------

    def flows(self) -> Section:
        every = reports.flows(self.scope)
        found = every[self.spans :]
        ends = [status for status in OVER if any(flow.ended[status] for flow in found)]
        heads: list[Text] = [
            _("At the start"), CHANGE_LABELS[JOINED], CHANGE_LABELS[BACK], *(CHANGE_LABELS[end] for end in ends),
            _("At the end"), _("Lost"), _("Attrition"),
        ]  # fmt: skip
        table = Table(
            self._by(len(every)), _("Period"), heads, [self._flow_line(flow, ends) for flow in reversed(found)]
        )
        bars = [
            Bar(
                self.span(flow.since, flow.until),
                flow.at_end,
                url=self.address(Membership, then=ROLL, day=flow.until),
            )
            for flow in found
        ]
        chart = _("On the roll at the end of a period")
        return Section(_("What came and went"), NOTE_OF_FLOWS, [table], chart=chart, bars=bars)

    def _flow_line(self, flow: reports.Flow, ends: list[MembershipStatus]) -> Line:
        span = {"since": flow.since, "day": flow.until}
        numbers = [(JOINED, flow.joined), (BACK, flow.back), *((end.value, flow.ended[end]) for end in ends)]
        cells = [
            self.cell(flow.at_start, Membership, then=ROLL, day=flow.since - DAY),
            *(self.cell(number, Membership, change=what, **span) for what, number in numbers),
            self.cell(flow.at_end, Membership, then=ROLL, day=flow.until),
            self.cell(flow.lost, Membership, change=LOST, **span),
            Cell(flow.attrition, is_share=True),
        ]
        return Line(self.span(flow.since, flow.until), cells)

    # --- What was renewed --------------------------------------------------------------------------------------------

    def renewals(self) -> Section:
        heads = [_("Ran out"), _("Renewed"), _("Not renewed"), _("Renewal rate")]
        found = reports.renewals(self.scope)
        lines = [self._renewal_line(one) for one in reversed(found[self.spans :])]
        table = Table(self._by(len(found)), _("Period"), heads, lines)
        return Section(_("What was renewed"), NOTE_OF_RENEWALS, [table])

    def _renewal_line(self, one: reports.Renewals) -> Line:
        numbers = {"": one.ran_out, "yes": one.renewed, "no": one.ran_out - one.renewed}
        span = {"since": one.since, "until": one.until}
        cells = [self.cell(number, MembershipPeriod, renewed=renewed, **span) for renewed, number in numbers.items()]
        return Line(self.span(one.since, one.until), [*cells, Cell(one.rate, is_share=True)])

    # --- What is owed ------------------------------------------------------------------------------------------------

    def bills(self) -> Section:
        found = reports.billings(self.scope)
        kinds = ("billed", "paid", "open", "overdue")
        heads = [head for kind in kinds for head in (BILL_LABELS[kind], f"{BILL_LABELS[kind]},\N{NO-BREAK SPACE}₽")]
        lines = [
            Line(
                self.span(one.since, one.until),
                self._amounts({kind: one.amounts[kind] for kind in kinds}, since=one.since, until=one.until),
            )
            for one in reversed(found[self.spans :])
        ]
        label = _("In all, with earlier ones") if self._is_cut(len(found)) else _("In all")
        in_all = self._amounts({kind: reports.total(found, kind) for kind in kinds})
        ages = [
            Line(BILL_LABELS[age], self._amounts({age: reports.total(found, age)}), is_total=age == "overdue")
            for age in ("ahead", *AGE_LABELS, "overdue")
        ]
        tables = [
            Table(_("Issued and paid"), self._by(len(found)), heads, [*lines, Line(label, in_all, is_total=True)]),
            Table(_("Not paid, by age"), _("Invoices"), [_("Invoices"), _("Sum, ₽")], ages),
            self._debtors(),
        ]
        return Section(_("Fees and arrears"), NOTE_OF_BILLS, tables)

    def _amounts(self, amounts: Mapping[str, reports.Amount], **asked: Any) -> list[Cell]:
        cells = []
        for stood, amount in amounts.items():
            cells += [self.cell(amount.number, Invoice, stood=stood, **asked), Cell(amount.roubles)]
        return cells

    def _debtors(self) -> Table:
        heads = [_("Invoices"), _("Sum, ₽"), _("Last day to pay, oldest")]
        lines = []
        for debtor in reports.debtors(self.scope, self.debtors):
            asked = {"organisation__id__exact": debtor.organisation.pk}
            cells = self._amounts({"overdue": debtor.owed}, **asked)
            lines.append(Line(debtor.organisation.title, [*cells, Cell(debtor.oldest)]))
        title = _("Who owes most") if self.debtors else _("Who owes")
        return Table(title, _("Organisation"), heads, lines)

    # --- Words -------------------------------------------------------------------------------------------------------

    def _is_cut(self, periods: int) -> bool:
        return -self.spans < periods

    def _by(self, periods: int) -> str:
        name = _("By years") if self.scope.by == "year" else _("By months")
        if not self._is_cut(periods):
            return name
        told = {"by": name, "number": -self.spans, "all": periods}
        return _("%(by)s: the last %(number)d of %(all)d, all are in the spreadsheet") % told

    def span(self, since: datetime.date, until: datetime.date) -> str:
        name = str(since.year) if self.scope.by == "year" else date_format(since, "F Y")
        if (until + DAY).day == 1 and (self.scope.by == "month" or until.month == 12):
            return name
        return _("%(period)s, until %(day)s") % {"period": name, "day": date_format(until, "SHORT_DATE_FORMAT")}
