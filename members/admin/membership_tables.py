"""The table of members, taken over with a dry run."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from common.admin import HistoryModelAdmin
from common.errors import RuleViolated
from common.models import ViewKind
from common.staff_views import note_view
from members.admin.tables import TableFileField, book_response
from members.membership.imports import carry_out, counted, progress_of, upload_table
from members.membership.table import MOST_ROWS, MembershipTable
from members.models import MembershipImport, MembershipStatus, Tier, User
from members.organisations.resources import template_book

if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object

RIGHTS = ("members.add_organisation", "members.change_organisation", "members.add_membership",
          "members.change_membership")  # fmt: skip
EXAMPLE = {
    "kind": "Школа",
    "short_name": "Лицей «Пример»",
    "name": "Муниципальное бюджетное общеобразовательное учреждение «Лицей „Пример“»",
    "inn": "7707083893",
    "ogrn": "1027700132195",
    "region": "Московская область",
    "city": "Долгопрудный",
    "website": "https://example.org/",
    "tier": "Действительный член",
    "started_on": "01.09.2025",
    "status": "Действует",
    "settled_until": "31.08.2026",
    "head_email": "head@example.org",
}


class TableForm(forms.Form):
    import_file = TableFileField(most_rows=MOST_ROWS)


class MembershipTableMixin(_Admin):
    """A table is uploaded, checked and imported by a worker; its page tells how far it is, to whoever comes back."""

    @action(description=_("Import"), url_path="import", icon="upload", permissions=["import"])
    def import_table(self, request: HttpRequest) -> HttpResponse:
        form = TableForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["import_file"]
            table = upload_table(cast("User", request.user), file_name=file.name, content=file.read())
            return _to_page_of(table)
        titles = MembershipTable.TITLES
        context = {
            "form": form,
            "tables": MembershipImport.objects.without_contents().select_related("by"),
            "columns": {titles[name]: meaning for name, meaning in MembershipTable.COLUMNS.items()},
            "template_url": reverse("admin:members_membership_import_template"),
        }
        return self._page(request, "admin/members/membership_import.html", _("Import of members"), context)

    def get_urls(self) -> list:
        closed = self.admin_site.admin_view
        return [
            path("import/template/", closed(self.import_template), name="members_membership_import_template"),
            path("import/<int:key>/", closed(self.import_detail), name="members_membership_import_detail"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perms(RIGHTS)

    def import_template(self, request: HttpRequest) -> HttpResponse:
        """The headings with an example, and a second sheet that explains them."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        names = [name for name in MembershipTable.COLUMNS if not name.endswith("_en")]
        columns = {str(MembershipTable.TITLES[name]): MembershipTable.COLUMNS[name] for name in names}
        words = [
            (gettext("Tiers"), [(tier.value, str(tier.label)) for tier in Tier]),
            (gettext("Statuses"), [(one.value, str(one.label)) for one in MembershipStatus]),
        ]
        example = [EXAMPLE.get(name, "") for name in names]
        return book_response(
            template_book(columns, title=gettext("Members"), example=example, more=words), name="memberships.xlsx"
        )

    def import_detail(self, request: HttpRequest, key: int) -> HttpResponse:
        """How far it is and what was found; what was seen there is confirmed by a POST."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        table = get_object_or_404(
            MembershipImport.objects.defer("content").select_related("by", "confirmed_by"), pk=key
        )
        if request.method == "POST":
            try:
                carry_out(table, seen=request.POST.get("seen", ""), by=cast("User", request.user))
            except RuleViolated as error:
                self.message_user(request, error.message, messages.ERROR)
            return _to_page_of(table)
        if table.found:
            note_view(MembershipImport, staff=request.user, person=None, kind=ViewKind.PAGE, address=request.path)
        context = {
            "table": table,
            "progress": progress_of(table),
            "counted": counted(table.found["totals"]) if table.found else "",
        }
        return self._page(request, "admin/members/membership_import_detail.html", table.file_name, context)

    def _page(self, request: HttpRequest, template: str, title: str | Promise, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        )


def _to_page_of(table: MembershipImport) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:members_membership_import_detail", args=[table.pk]))
