"""Copies of people's data, and their erasure with its acts."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin import HistoryModelAdmin, ModelAdmin, ReadOnly, colours
from common.errors import RuleViolated
from common.models import ViewKind
from common.private_files import private_file_response
from common.translation import reason
from members.erasure import BY_REQUEST, erase_person
from members.models import DataExport, ErasureAct, ExportState, User

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
        person = self.get_object(request, object_id)
        if person is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = ErasureForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._erased(request, person, form.cleaned_data["reason"]):
            return HttpResponseRedirect(reverse("admin:members_erasureact_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Erase the person"),
            "opts": self.opts,
            "person": person,
            "form": form,
            "back": reverse("admin:members_user_change", args=[object_id]),
        }
        response = TemplateResponse(request, "admin/members/erase.html", context)
        return self.note_view(request, object_id, response, ViewKind.PAGE)

    def _erased(self, request: HttpRequest, person: User, reason: str) -> bool:
        try:
            act = erase_person(person, by=cast("User", request.user), reason=reason)
        except RuleViolated as error:
            self.message_user(request, error.message, messages.ERROR)
            return False
        self.message_user(request, _("Erased. Act no. %(number)s.") % {"number": act.number}, messages.SUCCESS)
        return True
