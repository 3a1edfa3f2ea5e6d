"""Copies of what was signed on paper or with an operator: seen by one of the registrars, and confirmed by another."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import ChoicesCheckboxFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from agreements.models import Agreement, RequestState, RoundState, Signature, SigningRequest, Version
from agreements.policies import can_register_on_paper
from agreements.signing.paper import BY_COPY, confirm_original, reject_copy, see_original
from agreements.signing.shown import facts_of
from common.admin import Decision, ModelAdmin, ReadOnly, colours
from common.admin.single import SingleAction, after_question
from common.models import ViewKind
from common.private_files import private_file_response, safe_name
from members.models import User

SEE, CONFIRM, REJECT = _("I have seen the original"), _("Confirm the original"), _("Reject the copy")
STATE_COLOURS = colours(
    RequestState,
    {RequestState.SENT: "warning", RequestState.SEEN: "info", RequestState.SIGNED: "success"},
)


class CheckFilter(DropdownFilter):
    title = _("to do")
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("waiting", _("To be checked"))]

    def queryset(self, request: HttpRequest, requests: Any) -> Any:
        return _to_check(requests) if self.value() == "waiting" else requests


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("The reason"), max_length=1000, help_text=_("All parties read it"), widget=UnfoldAdminTextareaWidget
    )


@admin.register(SigningRequest)
class SigningRequestAdmin(ReadOnly, ModelAdmin):
    holds_personal_data = True
    list_display = ["agreement", "organisation", "way", "state_label", "sent_at"]
    list_filter = [CheckFilter, ("state", ChoicesCheckboxFilter), ("way", ChoicesCheckboxFilter)]
    list_select_related = ["round__agreement", "party__organisation", "signature"]
    search_fields = ["round__agreement__subject", "party__organisation__name", "party__organisation__short_name"]
    fields = ["agreement", "organisation", "signatory", "way", "state", "asked_at", "text", "known", "file"]
    readonly_fields = ["agreement", "organisation", "signatory", "text", "known", "file"]
    actions_detail = ["see_this", "confirm_this", "reject_this"]

    def has_register_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_view_permission(request) and can_register_on_paper(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SigningRequest]:
        """What is signed on the portal itself is nothing for the registrar."""
        return super().get_queryset(request).filter(way__in=BY_COPY)

    def get_ordering(self, request: HttpRequest) -> Any:
        return [F("signature__at").asc(nulls_last=True), "pk"]

    def person_in(self, record: Model) -> User | None:
        return cast("SigningRequest", record).party.signatory

    def get_urls(self) -> list[URLPattern]:
        file = self.admin_site.admin_view(require_safe(self.file_view))
        return [path("<int:pk>/file/", file, name="agreements_signingrequest_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        signature = Signature.objects.filter(request__in=self.get_queryset(request), request=pk).first()
        if signature is None or not signature.file:
            raise Http404
        name, kind = signature.evidence.get("name", ""), signature.evidence.get("type", "")
        response = private_file_response(signature.file, name=safe_name(name), content_type=kind)
        self.note_view(request, str(pk), cast("HttpResponse", response), ViewKind.PAGE)
        return response

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list:
        found = self.get_object(request, object_id)
        if found is None or found.round.state != RoundState.OPEN:
            return []
        possible = {
            "see_this": found.state == RequestState.SENT,
            "confirm_this": found.state == RequestState.SEEN,
            "reject_this": found.state in (RequestState.SENT, RequestState.SEEN),
        }
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if possible[one.method.original_function_name]]

    @action(description=SEE, icon="visibility", permissions=["register"])
    def see_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            SEE,
            lambda found, data: see_original(found, by=staff).name,
            _("Noted: you have seen the original of %(done)s. Another person confirms it."),
            _("The paper itself, with the signature by hand; of an operator, the document in its own system."),
            facts=_facts,
        )
        return after_question(self, request, object_id, single)

    @action(description=CONFIRM, icon="verified", permissions=["register"])
    def confirm_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            CONFIRM,
            lambda found, data: confirm_original(found, by=staff),
            _("Confirmed: %(done)s"),
            _("By this the party has signed. Whoever has noted the original first does not confirm it."),
            facts=_facts,
        )
        return after_question(self, request, object_id, single)

    @action(description=REJECT, icon="block", permissions=["register"])
    def reject_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            REJECT,
            lambda found, data: reject_copy(found, by=staff, **data),
            _("Rejected: %(done)s"),
            _("The party reads the reason and is asked for another copy."),
            facts=_facts,
            form=ReasonForm,
            variant="danger",
        )
        return after_question(self, request, object_id, single)

    @display(description=_("agreement"), ordering="round__agreement__subject")
    def agreement(self, found: SigningRequest) -> Agreement:
        return found.round.agreement

    @display(description=_("organisation"), ordering="party__organisation__name")
    def organisation(self, found: SigningRequest) -> str:
        return found.party.organisation.title

    @display(description=_("signatory"))
    def signatory(self, found: SigningRequest) -> str:
        return f"{found.party.signatory_name}, {found.party.signatory_position}"

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def state_label(self, found: SigningRequest) -> tuple[str, str]:
        return found.state, found.get_state_display()

    @display(description=_("sent"), ordering="signature__at")
    def sent_at(self, found: SigningRequest) -> Any:
        signature = _signature_of(found)
        return signature.at if signature else None

    @display(description=_("text"))
    def text(self, found: SigningRequest) -> str:
        version: Version = found.round.version
        return _("Version %(number)d, SHA-256 %(sha256)s") % {"number": version.number, "sha256": version.sha256}

    @display(description=_("what is known"))
    def known(self, found: SigningRequest) -> SafeString | str:
        signature = _signature_of(found)
        return format_html_join(SafeString("<br>"), "{}: {}", facts_of(signature)) if signature else "—"

    @display(description=_("copy"))
    def file(self, found: SigningRequest) -> SafeString | str:
        signature = _signature_of(found)
        if signature is None or not signature.file:
            return "—"
        address = reverse("admin:agreements_signingrequest_file", args=[found.pk])
        return format_html('<a href="{}">{}</a>', address, signature.evidence.get("name", ""))


def _signature_of(found: SigningRequest) -> Signature | None:
    return getattr(found, "signature", None)


def _facts(found: SigningRequest) -> list[tuple[str | Promise, object]]:
    signature = _signature_of(found)
    return [
        (_("Agreement"), found.round.agreement),
        (_("Organisation"), found.party.organisation),
        (_("Signatory"), f"{found.party.signatory_name}, {found.party.signatory_position}"),
        *(facts_of(signature) if signature else []),
    ]


def _to_check(requests: QuerySet[SigningRequest]) -> QuerySet[SigningRequest]:
    waiting = (RequestState.SENT, RequestState.SEEN)
    return requests.filter(state__in=waiting, round__state=RoundState.OPEN, way__in=BY_COPY)


def _waiting() -> QuerySet[SigningRequest]:
    return _to_check(
        SigningRequest.objects.select_related("party__organisation").annotate(waits_since=F("signature__at"))
    ).order_by("signature__at", "pk")


TO_CHECK = Decision(
    _("Copies of signed agreements"), "signature", _waiting, "check=waiting", "agreements.register_agreement"
)
