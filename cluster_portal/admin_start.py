"""The first page of the office: what waits for a decision, and the main figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Model, Q, Window
from django.db.models.enums import ChoicesType
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy

from agreements.admin import decisions as agreements_decisions
from common.admin import Decision
from common.admin.recounts import DISCREPANCIES
from common.charts import Bar, longest
from events.admin import decisions as events_decisions
from members.admin import decisions as members_decisions
from members.models import Kind, Membership, Organisation, Representative, Tier
from projects.admin import decisions as projects_decisions
from technoparks.admin import decisions as technoparks_decisions

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

DECISIONS = (
    DISCREPANCIES,
    *events_decisions.DECISIONS,
    *projects_decisions.DECISIONS,
    *agreements_decisions.DECISIONS,
    *technoparks_decisions.DECISIONS,
    *members_decisions.DECISIONS,
)
SHOWN = 7


@dataclass(frozen=True, slots=True)
class Queue:
    decision: Decision
    rows: list[tuple[Model, str]]  # with the address where it is decided
    number: int
    url: str

    @property
    def more(self) -> int:
        return self.number - len(self.rows)


@dataclass(frozen=True, slots=True)
class Figure:
    label: str | Promise
    number: int
    url: str


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The theme asks for it by name (DASHBOARD_CALLBACK); everybody sees what their rights let them open."""
    queues = [queue for decision in DECISIONS if (queue := _queue(decision, request.user)).number]
    return {**context, "title": _("Start"), "queues": queues, **_figures(request.user)}


def _queue(decision: Decision, user: "User | AnonymousUser") -> Queue:
    waiting = decision.waiting()
    options = waiting.model._meta
    view, change = (f"{options.app_label}.{verb}_{options.model_name}" for verb in ("view", "change"))
    may_open = user.has_perm(view) or user.has_perm(change)
    if not (may_open and user.has_perm(decision.permission or change)):
        return Queue(decision, [], 0, "")
    if decision.owner:
        waiting = waiting.filter(Q(**{decision.owner: user}) | Q(**{decision.owner: None}))
    rows = [*waiting.annotate(waiting_in_all=Window(Count("pk")))[:SHOWN]]
    name = f"admin:{options.app_label}_{options.model_name}"
    return Queue(
        decision,
        [(row, reverse(f"{name}_change", args=[row.pk])) for row in rows],
        rows[0].waiting_in_all if rows else 0,
        f"{reverse(f'{name}_changelist')}?{decision.query}",
    )


def _figures(user: "User | AnonymousUser") -> dict[str, Any]:
    figures, charts, reports = [], [], ""
    if user.has_perm("members.view_organisation"):
        url = reverse("admin:members_organisation_changelist")
        month = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        numbers = Organisation.objects.aggregate(
            all=Count("pk"),
            published=Count("pk", filter=Q(is_published=True)),
            new=Count("pk", filter=Q(created_at__gte=month)),
        )
        figures += [
            Figure(npgettext_lazy("figure", "organisation", "organisations", numbers["all"]), numbers["all"], url),
            Figure(_("on the public site"), numbers["published"], f"{url}?is_published__exact=1"),
            Figure(_("new this month"), numbers["new"], f"{url}?added=month"),
        ]
        kinds = Organisation.objects.order_by().values_list("kind").annotate(Count("pk"))
        charts.append((_("Organisations by kind"), _bars(Kind, kinds, f"{url}?kind__exact=")))
    if user.has_perm("members.view_membership"):
        url = f"{reverse('admin:members_membership_changelist')}?status__exact=active&status__exact=grace"
        tiers = [*Membership.objects.running().order_by().values_list("tier").annotate(Count("pk"))]
        members = sum(number for _tier, number in tiers)
        figures.append(Figure(npgettext_lazy("figure", "member", "members", members), members, url))
        charts.append((_("Members by tier"), _bars(Tier, tiers, f"{url}&tier__exact=")))
        reports = reverse("admin:members_membership_reports")
    if user.has_perm("members.view_representative"):
        url = f"{reverse('admin:members_representative_changelist')}?acting=yes"
        acting = Representative.objects.active().count()
        figures.append(Figure(npgettext_lazy("figure", "representative", "representatives", acting), acting, url))
    drawn = [(title, bars, longest(bars)) for title, bars in charts if bars]
    return {"figures": figures, "charts": drawn, "reports": reports}


def _bars(choices: ChoicesType, counts: Iterable[tuple[str, int]], url: str) -> list[Bar]:
    """One for each choice that occurs, in the order of the choices."""
    numbers = dict(counts)
    return [Bar(label, numbers[value], url=f"{url}{value}") for value, label in choices.choices if value in numbers]
