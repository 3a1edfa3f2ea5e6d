"""Copies of people's data, and their erasure with its acts."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import HistoryModelAdmin, ModelAdmin, ReadOnly, colours
from common.admin.single import SingleAction, after_question
from common.private_files import private_file_response
from common.translation import reason
from members.models import DataExport, ErasureAct, ExportState, User
from members.personal_data.erasure import BY_REQUEST, erase_person

EXPORT_COLOURS = colours(
    ExportState, {ExportState.READY: "success", ExportState.FAILED: "danger", ExportState.QUEUED: "info"}
)


@admin.register(DataExport)
class DataExportAdmin(ReadOnly, ModelAdmin):
    """That there is one, and whether it could be made. The copy itself is for its person alone."""

    holds_personal_data = True
    list_display = ["user", "state_label", "requested_at", "made_at", "expires_at", "attempts"]
    list_select_related = ["user"]
    fields = ["user", "state", "requested_at", "attempts", "due_at", "last_error", "made_at", "expires_at"]

    @display(description=_("last error"))
    def last_error(self, export: DataExport) -> str:
        return reason(export.error)

    @display(description=_("state"), ordering="state", label=EXPORT_COLOURS)
    def state_label(self, export: DataExport) -> tuple[str, str]:
        return export.state, export.get_state_display()


@admin.register(ErasureAct)
class ErasureActAdmin(ReadOnly, ModelAdmin):
    list_display = ["number", "at", "erased", "reason", "pdf"]
    list_select_related = ["erased", "document"]
    search_fields = ["number"]
    fields = ["number", "at", "erased", "by", "reason", "pdf"]
    readonly_fields = ["pdf"]

    @display(description="PDF")
    def pdf(self, act: ErasureAct) -> str | Promise:
        if not act.document.is_made:
            return act.document.get_state_display()
        address = reverse("admin:members_erasureact_file", args=[act.pk])
        return format_html('<a href="{}">{}</a>', address, _("Download"))

    def get_urls(self) -> list[URLPattern]:
        file = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/file/", file, name="members_erasureact_file"), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        act = self.get_queryset(request).filter(pk=pk).first()
        if act is None or not act.document.is_made:
            raise Http404
        name = _("Act of destruction of personal data %(number)s") % {"number": act.number}
        return private_file_response(act.document.file, name=f"{name}.pdf", content_type="application/pdf")


class ErasureForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        initial=BY_REQUEST,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("It stands in the act, in Russian and without the name of the person"),
    )


if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class ErasureMixin(_Admin):
    """On the page of a person: erased, never merely deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_erase_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        person = self.get_object(request, object_id) if object_id else None
        if not request.user.has_perm("members.delete_user") or (person and person.erased_at):
            return False
        return self.has_change_permission(request, person)

    @action(description=_("Erase the person"), icon="delete_forever", permissions=["erase"])
    def erase_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            _("Erase the person"),
            lambda person, data: erase_person(person, by=staff, **data),
            _("Erased. Act %(done)s."),
            text=_(
                "Name, address, sessions, letters and all else that tells who this person is are destroyed at once and "
                "cannot be brought back. Roles end. An act is drawn up, and the person gets a last letter. Make sure "
                "that it is the person who asks for it."
            ),
            facts=lambda person: [(_("E-mail"), person.email)],
            form=ErasureForm,
            button=_("Erase for good"),
            variant="danger",
            leads_to=reverse("admin:members_erasureact_changelist"),
        )
        return after_question(self, request, object_id, single)
