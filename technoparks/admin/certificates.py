"""Certificates of programmes: found by number or name, read and revoked. They are issued by the host."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import action, display

from common.admin import ModelAdmin, ReadOnly
from common.admin.documents import pdf_of
from common.admin.single import RefusalForm, SingleAction, after_question
from common.models import ViewKind
from common.private_files import private_file_response
from members.models import User
from technoparks.cohorts.certificates import revoke_certificate
from technoparks.models import ProgrammeCertificate

REVOKE = _("Revoke the certificate")
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


@admin.register(ProgrammeCertificate)
class ProgrammeCertificateAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["number", "name", "cohort", "hours", "attended", "issued_on", "state_label"]
    list_filter = [
        StandingFilter,
        ("enrolment__cohort", AutocompleteSelectFilter),
        ("enrolment__cohort__programme__technopark", AutocompleteSelectFilter),
    ]
    list_select_related = ["enrolment__cohort__programme", "document"]
    search_fields = ["number", "name", "code"]
    search_help_text = _("Number, name, code")
    ordering = ["-issued_on", "-number"]
    fields = [
        ("number", "code"),
        ("name", "hours", "attended"),
        "cohort",
        "grounds",
        ("issued_on", "issued_by"),
        ("revoked_at", "revoked_by"),
        "reason",
        "pdf",
    ]
    readonly_fields = ["cohort", "pdf"]
    actions_detail = ["revoke_this"]

    @display(description=_("group of learners"), ordering="enrolment__cohort__name")
    def cohort(self, certificate: ProgrammeCertificate) -> str:
        cohort = certificate.enrolment.cohort
        return f"{cohort.programme.title}: {cohort.title}"

    @display(description=_("state"), ordering="revoked_at", label={"standing": "success", "revoked": "danger"})
    def state_label(self, certificate: ProgrammeCertificate) -> tuple[str, str | Promise]:
        return STANDING if certificate.is_valid else REVOKED

    @display(description="PDF")
    def pdf(self, certificate: ProgrammeCertificate) -> str | Promise:
        if certificate.document is None:
            return "—"
        address = reverse("admin:technoparks_programmecertificate_file", args=[certificate.pk])
        return pdf_of(certificate.document, address)

    def person_in(self, record: Model) -> User | None:
        return cast("ProgrammeCertificate", record).enrolment.application.person

    def get_urls(self) -> list[URLPattern]:
        file = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/file/", file, name="technoparks_programmecertificate_file"), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).filter(pk=pk).select_related("document").first()
        if found is None or found.document is None or not found.document.is_made:
            raise Http404
        name = f"{found.number}.pdf"
        response = private_file_response(found.document.file, name=name, content_type="application/pdf")
        self.note_view(request, str(pk), cast("HttpResponse", response), ViewKind.PAGE)
        return response

    def has_mend_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("technoparks.change_programmecertificate")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        certificate = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if certificate and certificate.is_valid else []

    @action(description=REVOKE, icon="block", permissions=["mend"])
    def revoke_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            REVOKE,
            lambda certificate, data: revoke_certificate(certificate, by=staff, **data).number,
            _("Certificate № %(done)s is revoked."),
            _("Whoever verifies it reads that it holds no longer, and who has applied gets a letter."),
            facts=lambda one: [(pgettext_lazy("of a person", "Name"), one.name), (_("Group"), self.cohort(one))],
            form=RefusalForm,
            variant="danger",
        )
        return after_question(self, request, object_id, single)
