"""How the labs of a host are used: the report, its spreadsheet, and the bookings behind each number."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.private_pages import private_page
from common.report_book import book_of
from common.tables import Xlsx
from members.acting.own import own_organisation
from members.models import Organisation
from members.policies import role_of
from technoparks.models import Lab, Technopark
from technoparks.policies import can_read_usage, reads_all_usage
from technoparks.usage.asking import Asked, directions_of
from technoparks.usage.listing import Bookings
from technoparks.usage.periods import Period, periods, this_month
from technoparks.usage.report import RULES, UsageReport


@private_page
@require_safe
def dashboard_usage(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, parks = _hosted(request, slug)
    asked, period = _asked_of(request.GET, parks)
    report = _report(organisation, asked, period)
    offered = periods(timezone.localdate(timezone=asked.technopark.zone))
    context = {
        "organisation": organisation,
        "parks": parks,
        "asked": asked,
        "period": period,
        "periods": [(label, one == period, asked.address(**one.asked)) for label, one in offered],
        "directions": directions_of(asked.labs),
        "report": report,
        "rules": RULES,
    }
    return render(request, "technoparks/dashboard_usage.html", context)


@private_page
@require_safe
def dashboard_usage_book(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, parks = _hosted(request, slug)
    asked, period = _asked_of(request.GET, parks)
    report = _report(organisation, asked, period, is_whole=True)
    about = [
        (_("Technopark"), asked.technopark.title),
        (_("Period"), f"{date_format(period.first)} – {date_format(period.last)}"),
        (_("Laboratory"), asked.lab.title if asked.lab else _("All")),
        (_("Direction"), directions_of(asked.labs).get(asked.direction, _("All"))),
        *((str(name), cell.text) for name, cell, _under in report.figures),
        *((str(name), str(text)) for name, text in RULES),
    ]
    response = HttpResponse(book_of([*report.sections(), report.week()], about), content_type=Xlsx.CONTENT_TYPE)
    name = f"{asked.technopark.slug}-{period.first}-{period.last}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@private_page
@require_safe
def dashboard_bookings(request: HttpRequest, slug: str) -> HttpResponse:
    """All that its labs have ever had, or those that were asked for."""
    organisation, parks = _hosted(request, slug)
    found = Bookings(_asked(request.GET, parks), request.GET.get("page"))
    # The office acts for no host: it reads a booking in the admin site.
    address = "technoparks:dashboard_booking" if role_of(request.user, organisation) else ""
    context = {
        "organisation": organisation,
        "parks": parks,
        "list": found,
        "asked": found.asked,
        "page": found.page,
        "rows": [
            (
                one,
                reverse(address, args=[organisation.slug, one.pk])
                if address
                else reverse("admin:technoparks_booking_change", args=[one.pk]),
            )
            for one in found.rows
        ],
    }
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"technoparks/dashboard_bookings.html{fragment}", context)


def _hosted(request: HttpRequest, slug: str) -> tuple[Organisation, list[Technopark]]:
    """With its technoparks, to those who tend them and to the office; to strangers they are not there."""
    if reads_all_usage(request.user):
        organisation = get_object_or_404(Organisation, slug=slug)
    else:
        organisation = own_organisation(request, slug)
    if not can_read_usage(request.user, organisation):
        raise PermissionDenied(_("The head or a coordinator of the host reads this."))
    parks = [*Technopark.objects.filter(host=organisation, is_network=False).order_by("name", "pk")]
    if not parks:
        raise Http404
    return organisation, parks


def _asked(query: QueryDict, parks: list[Technopark]) -> Asked:
    """Of the technopark that is named, or of the first."""
    park = next((one for one in parks if one.slug == query.get("technopark")), parks[0])
    labs = [*Lab.objects.filter(technopark=park).select_related("direction").prefetch_related("opening_hours")]
    for lab in labs:
        lab.technopark = park
    return Asked.of(query, park, labs)


def _asked_of(query: QueryDict, parks: list[Technopark]) -> tuple[Asked, Period]:
    """This month, where no period is asked for."""
    asked = _asked(query, parks)
    period = asked.period or this_month(timezone.localdate(timezone=asked.technopark.zone))
    return asked.of_period(period), period


def _report(organisation: Organisation, asked: Asked, period: Period, *, is_whole: bool = False) -> UsageReport:
    return UsageReport(
        asked,
        period,
        list_url=reverse("technoparks:dashboard_bookings", args=[organisation.slug]),
        own_url=reverse("technoparks:dashboard_usage", args=[organisation.slug]),
        is_whole=is_whole,
    )
