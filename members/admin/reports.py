"""Reports of membership: a page, and the same as a spreadsheet."""

import datetime
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.decorators import action

from common.admin import HistoryModelAdmin
from common.report_book import book_of
from common.tables import Xlsx
from members.admin.report_filters import ANY, choice_field, day_field
from members.admin.report_tables import Report
from members.membership.reports import Scope
from members.models import Kind, Region, User

if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class ScopeForm(forms.Form):
    day = day_field(_("Day"))
    by = choice_field(_("By"), [("month", _("Months"))], first=("", _("Years")))
    kind = choice_field(_("Kind of organisation"), Kind.choices)
    region = choice_field(_("Region"), ())

    def __init__(self, asked: dict[str, Any], regions: dict[int, str]) -> None:
        """Without a day it is today's."""
        super().__init__({"day": timezone.localdate().isoformat()} | asked)
        cast("forms.ChoiceField", self.fields["region"]).choices = [
            ANY,
            *((str(key), title) for key, title in regions.items()),
        ]

    def clean_day(self) -> datetime.date:
        day, today = self.cleaned_data["day"], timezone.localdate()
        if day and day > today:
            raise forms.ValidationError(_("What lies ahead cannot be reported yet."))
        return day or today

    @property
    def scope(self) -> Scope:
        asked = self.cleaned_data
        region = int(asked["region"]) if asked["region"] else None
        return Scope(asked["day"], asked["by"] or "year", asked["kind"], region)

    @property
    def words(self) -> list[tuple[str | Promise, str]]:
        """What was asked for: names and values."""
        chosen = [(str(field.label), dict(field.field.choices)[field.value() or ""]) for field in [*self][1:]]
        return [(_("Day"), date_format(self.cleaned_data["day"])), *((name, str(value)) for name, value in chosen)]


class ReportsMixin(_Admin):
    """For the list of memberships."""

    @action(description=_("Reports"), icon="monitoring", permissions=["view"])
    def open_reports(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:members_membership_reports"))

    def get_urls(self) -> list[URLPattern]:
        page, book = (require_safe(self.admin_site.admin_view(view)) for view in (self.reports, self.reports_book))
        return [
            path("reports/", page, name="members_membership_reports"),
            path("reports.xlsx", book, name="members_membership_reports_book"),
            *super().get_urls(),
        ]

    def reports(self, request: HttpRequest) -> HttpResponse:
        form, regions = self._asked(request)
        title = _("Reports of membership")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "content_title": title,  # of a page that is none of the list, as the theme's crumbs say it
            "form": form,
            "book": f"{reverse('admin:members_membership_reports_book')}?{request.GET.urlencode()}",
            "sections": [],
        }
        if form.is_valid():
            context["sections"] = Report(form.scope, cast("User", request.user), regions).sections()
        return TemplateResponse(request, "admin/members/reports.html", context)

    def reports_book(self, request: HttpRequest) -> HttpResponse:
        """As the page; of what the page shows the largest or the last of, all."""
        form, regions = self._asked(request)
        if not form.is_valid():
            return HttpResponseRedirect(f"{reverse('admin:members_membership_reports')}?{request.GET.urlencode()}")
        report = Report(form.scope, cast("User", request.user), regions, whole=True)
        response = HttpResponse(book_of(report.sections(), form.words), content_type=Xlsx.CONTENT_TYPE)
        response["Content-Disposition"] = f'attachment; filename="membership-{form.scope.day}.xlsx"'
        return response

    def _asked(self, request: HttpRequest) -> tuple[ScopeForm, dict[int, str]]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        regions = {region.pk: region.title for region in Region.objects.all()}
        return ScopeForm(request.GET.dict(), regions), regions
