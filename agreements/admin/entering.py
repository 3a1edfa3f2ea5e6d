"""Agreements of the past, from paper: a form for one, a table with a dry run for many."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from unfold.decorators import action

from agreements.entering.entries import enter_agreement
from agreements.entering.forms import PaperForm
from agreements.entering.tables import COLUMNS, MOST_ROWS, enter_table, looked_at, read_table
from agreements.models import AgreementKind, ObligationKind
from agreements.policies import can_register_on_paper
from common.admin import ModelAdmin
from members.admin.tables import TableFileField, book_response
from members.models import User
from members.organisations.resources import template_book

if TYPE_CHECKING:
    _Admin = ModelAdmin
else:
    _Admin = object

SALT = "agreements from paper"
HOLDS = 60 * 60  # s between the look and the confirmation
EXAMPLE = {
    "kind": "Сотрудничество",
    "parties": "7707083893; zavod-primer",
    "subject": "Совместные проекты школьников",
    "own_number": "17/21",
    "concluded_on": "01.09.2021",
    "ends_on": "31.08.2031",
    "is_public": "да",
    "obligations": "projects | 1 | Пять совместных проектов | 5 | 31.12.2026",
}


class TableForm(forms.Form):
    import_file = TableFileField(most_rows=MOST_ROWS)

    def clean_import_file(self) -> list[dict[str, str]]:
        file = self.cleaned_data["import_file"]
        return read_table(file.name, file.read())


class EnteringMixin(_Admin):
    """For the list of agreements."""

    def has_enter_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return can_register_on_paper(request.user)

    def get_urls(self) -> list[URLPattern]:
        template = self.admin_site.admin_view(self.import_template)
        return [path("import/template/", template, name="agreements_agreement_import_template"), *super().get_urls()]

    @action(description=gettext_lazy("Enter from paper"), url_path="enter", icon="edit_document", permissions=["enter"])
    def enter_paper(self, request: HttpRequest) -> HttpResponse:
        form = PaperForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            staff = cast("User", request.user)
            agreement, is_new = enter_agreement(form.entry, by=staff, scan=form.cleaned_data["scan"])
            told = (
                _("The agreement is entered under № %(number)s.") if is_new else _("It is there already: № %(number)s.")
            )
            self.message_user(
                request, told % {"number": agreement.number}, messages.SUCCESS if is_new else messages.WARNING
            )
            return HttpResponseRedirect(reverse("admin:agreements_agreement_change", args=[agreement.pk]))
        title = gettext_lazy("Enter an agreement from paper")
        return self._entering_page(request, "admin/agreements/enter.html", title, {"form": form})

    @action(description=gettext_lazy("Import"), url_path="import", icon="upload", permissions=["enter"])
    def import_table(self, request: HttpRequest) -> HttpResponse:
        """A look at what a table would do; what was looked at comes back signed, and is looked at again."""
        if "seen" in request.POST:
            return self._carried_out(request)
        form = TableForm(request.POST or None, request.FILES or None)
        lines = form.cleaned_data["import_file"] if form.is_valid() else None
        return self._import_page(request, form, lines)

    def _carried_out(self, request: HttpRequest) -> HttpResponse:
        try:
            lines = signing.loads(request.POST["seen"], salt=SALT, max_age=HOLDS)
        except signing.BadSignature:
            self.message_user(request, _("Please upload the table once more."), messages.ERROR)
            return HttpResponseRedirect(request.path)
        rows = looked_at(lines)
        if any(row.problems for row in rows):
            self.message_user(request, _("Nothing is entered: the data have changed meanwhile."), messages.ERROR)
            return self._import_page(request, TableForm(), lines)
        made = enter_table(rows, by=cast("User", request.user))
        told = ngettext("%(number)d agreement is entered.", "%(number)d agreements are entered.", len(made))
        self.message_user(request, told % {"number": len(made)}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:agreements_agreement_changelist"))

    def _import_page(self, request: HttpRequest, form: forms.Form, lines: list[dict[str, str]] | None) -> HttpResponse:
        rows = looked_at(lines) if lines else []
        context = {
            "form": form,
            "columns": {PaperForm.base_fields[name].label: meaning for name, meaning in COLUMNS.items()},
            "template_url": reverse("admin:agreements_agreement_import_template"),
            "rows": rows,
            "new": sum(not row.problems and row.there is None for row in rows),
            "seen": signing.dumps(lines, salt=SALT, compress=True)
            if rows and not any(row.problems for row in rows)
            else "",
        }
        title = gettext_lazy("Import of agreements from paper")
        return self._entering_page(request, "admin/agreements/import.html", title, context)

    def import_template(self, request: HttpRequest) -> HttpResponse:
        """The headings with an example, and a second sheet that explains them."""
        if not self.has_enter_permission(request):
            raise PermissionDenied
        columns = {str(PaperForm.base_fields[name].label): meaning for name, meaning in COLUMNS.items()}
        words = [
            (pgettext("of agreements", "Kinds"), [(one.value, str(one.label)) for one in AgreementKind]),
            (_("Kinds of obligations"), [(one.value, str(one.label)) for one in ObligationKind]),
        ]
        book = template_book(
            columns, title=_("Agreements"), example=[EXAMPLE.get(name, "") for name in COLUMNS], more=words
        )
        return book_response(book, name="agreements.xlsx")

    def _entering_page(
        self, request: HttpRequest, template: str, title: str | Promise, context: dict[str, Any]
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            template,
            {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context},
        )
