"""Certificates of participants: found by number or name, read and revoked. They are issued on the pages of events."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from common.admin import ModelAdmin, ReadOnly
from common.admin.documents import pdf_of
from common.admin.single import SingleAction, after_question
from common.models import ViewKind
from common.private_files import private_file_response
from events.certificates.forms import REASON_READ
from events.certificates.services import file_of, issue_anew, revoke_certificate
from events.models import AttendeeRole, Event, ParticipantCertificate
from events.registering.forms import OneLine
from members.models import User

REVOKE, ISSUE_ANEW = _("Revoke the certificate"), pgettext_lazy("a certificate", "Issue anew")
STANDING, REVOKED = ("standing", _("Valid")), ("revoked", _("Revoked"))


class StandingFilter(DropdownFilter):
    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [STANDING, REVOKED]

    def queryset(self, request: HttpRequest, certificates: Any) -> Any:
        match self.value():
            case "standing":
                return certificates.standing()
            case "revoked":
                return certificates.exclude(revoked_at=None)
        return certificates


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"),
        max_length=ParticipantCertificate._meta.get_field("reason").max_length,
        help_text=REASON_READ,
        widget=UnfoldAdminTextInputWidget,
    )


class AnewForm(forms.Form):
    name = OneLine(
        label=pgettext_lazy("of a person", "Name"),
        max_length=ParticipantCertificate._meta.get_field("name").max_length,
        widget=UnfoldAdminTextInputWidget,
    )
    role = forms.ChoiceField(label=_("Role"), choices=AttendeeRole, widget=UnfoldAdminSelectWidget)


@admin.register(ParticipantCertificate)
class ParticipantCertificateAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["number", "name", "event", "role", "hours", "issued_on", "state_label"]
    list_filter = [
        ("ticket__registration__event", AutocompleteSelectFilter),
        StandingFilter,
        ("role", ChoicesCheckboxFilter),
    ]
    list_select_related = ["ticket__registration__event", "document"]
    search_fields = ["number", "name", "code"]
    search_help_text = _("Number, name, code")
    ordering = ["-issued_on", "-number"]
    fields = [
        ("number", "code"),
        ("name", "role", "hours"),
        "event",
        ("issued_on", "issued_by"),
        ("revoked_at", "revoked_by"),
        "reason",
        "pdf",
    ]
    readonly_fields = ["event", "pdf"]
    actions_detail = ["revoke_this", "issue_anew_this"]

    @display(description=_("event"), ordering="ticket__registration__event__name")
    def event(self, certificate: ParticipantCertificate) -> Event:
        return certificate.ticket.registration.event

    @display(description=_("state"), ordering="revoked_at", label={"standing": "success", "revoked": "danger"})
    def state_label(self, certificate: ParticipantCertificate) -> tuple[str, str | Promise]:
        return STANDING if certificate.is_valid else REVOKED

    @display(description="PDF")
    def pdf(self, certificate: ParticipantCertificate) -> str | Promise:
        if certificate.document is None:
            return "—"
        return pdf_of(certificate.document, reverse("admin:events_participantcertificate_file", args=[certificate.pk]))

    def person_in(self, record: Model) -> User | None:
        """A pupil of a group has no account."""
        registration = cast("ParticipantCertificate", record).ticket.registration
        return None if registration.is_group else registration.user

    def get_urls(self) -> list[URLPattern]:
        file = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/file/", file, name="events_participantcertificate_file"), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).filter(pk=pk).select_related("document").first()
        if found is None or found.document is None or not found.document.is_made:
            raise Http404
        name = f"{found.number} {found.name}.pdf"
        response = private_file_response(file_of(found), name=name, content_type="application/pdf")
        self.note_view(request, str(pk), cast("HttpResponse", response), ViewKind.PAGE)
        return response

    def has_mend_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("events.change_participantcertificate")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        """What is revoked stays so, and makes room for one other."""
        certificate = self.get_object(request, object_id)
        if certificate is None:
            return []
        is_missed = ParticipantCertificate.objects.missed().filter(pk=certificate.pk).exists()
        possible = {"revoke_this": certificate.is_valid, "issue_anew_this": is_missed}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if possible[one.method.original_function_name]]

    @action(description=REVOKE, icon="block", permissions=["mend"])
    def revoke_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            REVOKE,
            lambda certificate, data: revoke_certificate(certificate, by=staff, **data).number,
            _("Certificate № %(done)s is revoked."),
            _("Whoever verifies it reads that it holds no longer, and whose it is gets a letter."),
            facts=_facts,
            form=ReasonForm,
            variant="danger",
        )
        return after_question(self, request, object_id, single)

    @action(description=ISSUE_ANEW, icon="restart_alt", permissions=["mend"])
    def issue_anew_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            ISSUE_ANEW,
            lambda certificate, data: issue_anew(certificate, by=staff, **data).number,
            _("Certificate № %(done)s is issued."),
            _("With another number and another code, for the same person, who gets a letter."),
            facts=_facts,
            form=AnewForm,
            initial=lambda certificate: {"name": certificate.name, "role": certificate.role},
        )
        return after_question(self, request, object_id, single)


def _facts(certificate: ParticipantCertificate) -> list[tuple[str | Promise, object]]:
    return [
        (pgettext_lazy("of a person", "Name"), certificate.name),
        (_("Event"), certificate.ticket.registration.event),
    ]
