"""The membership of an organisation, for a program of those who act for it: what their dashboard shows them."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from members.membership.fees import outlook
from members.membership.life import last_membership
from members.models import Invoice, Membership, MembershipCertificate, MembershipPeriod, Organisation, Tier
from members.models.certificate import CertificateState


class StandingSerializer(serializers.Serializer):
    """In what capacity the organisation stands in the association today."""

    tier = serializers.ChoiceField(Tier.choices)
    through = serializers.SlugField(
        source="through.slug", default=None, allow_null=True, help_text="The consortium whose membership it is"
    )


class PeriodSerializer(serializers.ModelSerializer):
    class Meta:
        model = MembershipPeriod
        fields = ["starts_on", "ends_on"]


class InvoiceSerializer(serializers.ModelSerializer):
    period = PeriodSerializer()
    file = serializers.SerializerMethodField(help_text="Of the PDF; null until it is made")

    class Meta:
        model = Invoice
        fields = ["number", "issued_on", "due_on", "amount", "state", "paid_on", "period", "file"]

    def get_file(self, invoice: Invoice) -> str | None:
        if not invoice.document.is_made:
            return None
        return reverse("members:invoice_file", args=[invoice.number], request=self.context["request"])


class CertificateSerializer(serializers.ModelSerializer):
    state = serializers.ChoiceField(CertificateState.choices)
    verify = serializers.SerializerMethodField(help_text="Where anybody sees whether it holds")

    class Meta:
        model = MembershipCertificate
        fields = ["number", "issued_on", "state", "verify"]

    def get_verify(self, certificate: MembershipCertificate) -> str:
        return self.context["request"].build_absolute_uri(certificate.get_absolute_url())


class PaidMembershipSerializer(serializers.ModelSerializer):
    """The membership that is not over, or the last that was."""

    periods = PeriodSerializer(many=True)
    settled_until = serializers.DateField(
        source="outlook.settled_until", allow_null=True, help_text="Until then nothing is owed: paid, or not asked for"
    )
    next_from = serializers.DateField(source="outlook.next_from", allow_null=True)
    next_fee = serializers.DecimalField(
        10, 2, source="outlook.charge.amount", default=None, allow_null=True, help_text="Roubles; null: none is set yet"
    )

    class Meta:
        model = Membership
        fields = ["tier", "status", "started_on", "ended_on", "periods", "settled_until", "next_from", "next_fee"]


class OwnMembershipSerializer(serializers.Serializer):
    standing = StandingSerializer(allow_null=True)
    membership = PaidMembershipSerializer(allow_null=True)
    invoices = InvoiceSerializer(many=True)
    certificates = CertificateSerializer(many=True)


def own_membership(organisation: Organisation, request: Request) -> dict[str, Any]:
    """All of it; the caller has asked whether the reader acts for the organisation."""
    membership = last_membership(organisation)
    if membership:
        membership.outlook = None if membership.is_over else outlook(membership)  # type: ignore[attr-defined]
    shown = {
        "standing": organisation.standing,
        "membership": membership,
        "invoices": organisation.invoices.select_related("document", "period"),
        "certificates": organisation.certificates.select_related("document", "membership"),
    }
    return OwnMembershipSerializer(shown, context={"request": request}).data
