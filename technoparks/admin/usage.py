"""How the labs of all technoparks are used: a page of the office, and the same as a spreadsheet. Each number leads to
the report of its technopark."""

import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe
from unfold.decorators import action

from common.admin import HistoryModelAdmin
from common.report_book import book_of
from common.report_tables import Section
from common.tables import Xlsx
from members.admin.report_filters import day_field
from technoparks.models import Technopark
from technoparks.policies import reads_all_usage
from technoparks.usage.overview import overview
from technoparks.usage.periods import LONGEST, Period, this_month
from technoparks.usage.report import section_of_technoparks

if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class PeriodForm(forms.Form):
    """Without days it is this month."""

    since = day_field(pgettext_lazy("a day", "From"))
    until = day_field(pgettext_lazy("a day", "Till"))

    def __init__(self, asked: dict[str, Any]) -> None:
        now = this_month(timezone.localdate())
        super().__init__({"since": now.first.isoformat(), "until": now.last.isoformat()} | asked)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if not self.errors and not (since and until and datetime.timedelta() <= until - since <= LONGEST):
            self.add_error("until", _("Give both days, the earlier one first, at most three years apart."))
        return data

    @property
    def period(self) -> Period:
        return Period(self.cleaned_data["since"], self.cleaned_data["until"])


class UsageMixin(_Admin):
    """For the list of technoparks."""

    def has_usage_permission(self, request: HttpRequest) -> bool:
        """Editors see technoparks, and no bookings."""
        return reads_all_usage(request.user)

    @action(description=gettext_lazy("Utilisation"), icon="monitoring", permissions=["usage"])
    def open_usage(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:technoparks_technopark_usage"))

    def get_urls(self) -> list[URLPattern]:
        page, book = (require_safe(self.admin_site.admin_view(view)) for view in (self.usage, self.usage_book))
        return [
            path("usage/", page, name="technoparks_technopark_usage"),
            path("usage.xlsx", book, name="technoparks_technopark_usage_book"),
            *super().get_urls(),
        ]

    def usage(self, request: HttpRequest) -> HttpResponse:
        form, title = self._asked(request), _("Utilisation of technoparks")
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "content_title": title,  # of a page that is none of the list, as the theme's crumbs say it
            "form": form,
            "book": f"{reverse('admin:technoparks_technopark_usage_book')}?{request.GET.urlencode()}",
            "sections": [_section(form.period)] if form.is_valid() else [],
        }
        return TemplateResponse(request, "admin/members/reports.html", context)

    def usage_book(self, request: HttpRequest) -> HttpResponse:
        form = self._asked(request)
        if not form.is_valid():
            return HttpResponseRedirect(f"{reverse('admin:technoparks_technopark_usage')}?{request.GET.urlencode()}")
        period = form.period
        about = [(_("Period"), f"{date_format(period.first)} – {date_format(period.last)}")]
        response = HttpResponse(book_of([_section(period)], about), content_type=Xlsx.CONTENT_TYPE)
        response["Content-Disposition"] = f'attachment; filename="technoparks-{period.first}-{period.last}.xlsx"'
        return response

    def _asked(self, request: HttpRequest) -> PeriodForm:
        if not reads_all_usage(request.user):
            raise PermissionDenied
        return PeriodForm(request.GET.dict())


def _section(period: Period) -> Section:
    return section_of_technoparks([(one, _address(one.technopark, period)) for one in overview(period)])


def _address(technopark: Technopark, period: Period) -> str:
    own = reverse("technoparks:dashboard_usage", args=[technopark.host.slug])
    return f"{own}?{urlencode({'technopark': technopark.slug, **period.asked})}"
