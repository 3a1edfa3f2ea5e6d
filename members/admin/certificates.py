"""Certificates on the page of their membership: seen, issued, and made again where the engine failed."""

from typing import TYPE_CHECKING, Any, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from common.admin import HistoryModelAdmin, ReadOnlyInline
from common.admin.documents import pdf_of
from common.admin.mass import MassAction, after_preview
from common.admin.single import SingleAction, after_question
from common.documents import make_again
from common.errors import RuleViolated
from common.models import DocumentState
from members.membership.certificates import deserves_certificate, issue_certificate, lacks_certificate
from members.models import Membership, MembershipCertificate, User

ISSUE, MAKE_AGAIN = _("Issue a certificate"), _("Make the PDF again")
HAVE_CERTIFICATES = ngettext_lazy(
    "%(number)d member has a certificate that says what holds today.",
    "%(number)d members have a certificate that says what holds today.",
    "number",
)


class CertificateInline(ReadOnlyInline):
    model = MembershipCertificate
    fk_name = "membership"
    fields = ["number_and_page", "issued_on", "tier", "state_label", "pdf"]
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A certificate is a part of its membership."""
        return request.user.has_perm("members.view_membership")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MembershipCertificate]:
        return super().get_queryset(request).select_related("document", "membership")

    @display(description=_("number"))
    def number_and_page(self, certificate: MembershipCertificate) -> str:
        return format_html('<a href="{}">{}</a>', certificate.get_absolute_url(), certificate.number)

    @display(description=_("state"))
    def state_label(self, certificate: MembershipCertificate) -> str | Promise:
        return certificate.state.label

    @display(description="PDF")
    def pdf(self, certificate: MembershipCertificate) -> str | Promise:
        return pdf_of(certificate.document, reverse("members:certificate_file", args=[certificate.number]))


if TYPE_CHECKING:
    _Admin = HistoryModelAdmin
else:
    _Admin = object


class CertificateActionsMixin(_Admin):
    OF_ONE = ("issue_certificate_this", "make_certificate_again_this")

    def certificate_actions(self, membership: Membership | None) -> set[str]:
        """Those of OF_ONE that have something to do."""
        issue, make_anew = self.OF_ONE
        possible = set()
        if membership and lacks_certificate(membership):
            possible.add(issue)
        if membership and _failed(membership).exists():
            possible.add(make_anew)
        return possible

    @action(description=_("Issue certificates"), permissions=["change"])
    def issue_certificates(self, request: HttpRequest, memberships: QuerySet[Membership]) -> HttpResponse | None:
        staff = cast("User", request.user)
        mass = MassAction(
            "issue_certificates",
            _("Issue certificates"),
            _("Each gets the next number of the year and takes the place of one that says something else."),
            lambda row, data: issue_certificate(row, by=staff),
            HAVE_CERTIFICATES,
            check=_check_lacks,
        )
        known = memberships.select_related("organisation").prefetch_related("certificates__organisation")
        return after_preview(self, request, known, mass)

    @action(description=ISSUE, icon="workspace_premium", permissions=["change"])
    def issue_certificate_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        staff = cast("User", request.user)
        single = SingleAction(
            ISSUE,
            lambda membership, data: issue_certificate(membership, by=staff),
            HAVE_CERTIFICATES % {"number": 1},
            text=_(
                "The certificate gets the next number of the year. It takes the place of one that says something else."
            ),
        )
        return after_question(self, request, object_id, single)

    @action(description=MAKE_AGAIN, icon="refresh", permissions=["change"])
    def make_certificate_again_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        single = SingleAction(
            MAKE_AGAIN,
            _make_again,
            _("The PDF is being made."),
            text=_("The portal tries at once, and not at the time of the next try. Number and code stay as they are."),
        )
        return after_question(self, request, object_id, single)


def _check_lacks(membership: Membership) -> None:
    if not deserves_certificate(membership):
        raise RuleViolated(gettext("Only an active member of the association gets a certificate."), code="no_member")
    if not lacks_certificate(membership):
        raise RuleViolated(gettext("Its certificate says what holds today."), code="holds")


def _failed(membership: Membership) -> QuerySet[MembershipCertificate]:
    return membership.certificates.filter(document__state=DocumentState.FAILED).select_related("document")


def _make_again(membership: Membership, _data: dict[str, Any]) -> None:
    for certificate in _failed(membership):
        make_again(certificate.document)
