"""What must hold of members, beside what the database keeps by itself: unique numbers, one membership at a time."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from common.invariants import Broken, Invariant, register
from common.recounts import gaps
from members.models import Invoice, Membership, MembershipCertificate, MembershipStatusChange, Representative


def _status_is_not_the_last() -> Iterator[Broken]:
    changes = MembershipStatusChange.objects.filter(membership=OuterRef("pk")).order_by("-on", "-pk")
    entered = Membership.objects.annotate(last=Subquery(changes.values("status")[:1]))
    for membership in entered.exclude(last=F("status"), last__isnull=False):
        yield membership, f"{membership.last or '—'} ≠ {membership.status}"


def _nobody_heads() -> Iterator[Broken]:
    """Where nobody acts at all, the first head has not accepted the invitation yet."""
    acting = Representative.objects.active().filter(organisation=OuterRef("organisation"))
    heads = Representative.objects.heads().filter(organisation=OuterRef("organisation"))
    members = Membership.objects.running().filter(Exists(acting), ~Exists(heads)).select_related("organisation")
    for membership in members:
        yield membership.organisation, ""


def _numbers_of_certificates_have_gaps() -> Iterator[Broken]:
    return gaps("certificate", MembershipCertificate.objects.all(), number="{year}-")


def _numbers_of_invoices_have_gaps() -> Iterator[Broken]:
    return gaps("invoice", Invoice.objects.all(), number="{year}-")


for name, title, find in (
    ("membership_status", _("The status of a membership is not that of its last move"), _status_is_not_the_last),
    ("member_heads", _("People act for a member, and nobody heads it"), _nobody_heads),
    ("certificate_numbers", _("Numbers of certificates have a gap"), _numbers_of_certificates_have_gaps),
    ("invoice_numbers", _("Numbers of invoices have a gap"), _numbers_of_invoices_have_gaps),
):
    register(Invariant(name, title, find))
