"""Agreements of the organisations that whoever asks acts for: the same policies and services as the pages."""

from typing import Any, cast

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.api.public import FILTERS, RegisterSerializer, counted, narrowed, with_parties
from agreements.fulfilment.obligations import decide_report, report_progress
from agreements.models import (
    Agreement,
    ClauseComment,
    Obligation,
    ObligationReport,
    Party,
    Version,
)
from agreements.negotiating.reading import readable_comments, readable_versions
from agreements.negotiating.versions import accept_version, comment
from agreements.policies import can_confirm_progress, can_negotiate, can_report_progress
from agreements.terms import Terms, numbered
from common.api import KEY_HEADER, key_of
from common.idempotency import once
from members.models import Organisation, User


class OwnSerializer(RegisterSerializer):
    """``version`` and ``sha256`` are those of the newest version; null before a draft has one."""

    initiator = serializers.SlugField(source="initiator.slug")
    version = serializers.IntegerField(source="newest_number", allow_null=True)
    sha256 = serializers.CharField(source="newest_sha256", allow_null=True)

    class Meta(RegisterSerializer.Meta):
        fields = [
            "id",
            *RegisterSerializer.Meta.fields,
            "initiator",
            "is_public",
            "renewal",
            "notice_days",
            "shared_at",
            "version",
            "sha256",
        ]

    def get_parent(self, agreement: Agreement) -> str | None:
        return agreement.parent.reference if agreement.parent else None


class OwnDetailSerializer(OwnSerializer):
    accepted = serializers.SerializerMethodField(help_text="Places of the parties that accept the newest version")

    class Meta(OwnSerializer.Meta):
        fields = [*OwnSerializer.Meta.fields, "code", "accepted"]

    def get_accepted(self, agreement: Agreement) -> list[int]:
        accepted = agreement.parties.filter(acceptances__version=agreement.newest_version).order_by("position")
        return [*accepted.values_list("position", flat=True)]


class ClauseSerializer(serializers.Serializer):
    """``key`` stays with the clause through the versions; ``number`` as the text has it."""

    key = serializers.CharField(source="clause.key")
    level = serializers.IntegerField(source="clause.level", help_text="Heading 1, clause 2, point 3, preamble 0")
    number = serializers.CharField(allow_blank=True)
    text = serializers.CharField(source="clause.text")


class VersionSerializer(serializers.ModelSerializer):
    """``sha256`` is the hash of the bytes of ``content``, which is what the parties accept and sign."""

    organisation = serializers.SlugField(source="organisation.slug")
    clauses = serializers.SerializerMethodField()

    class Meta:
        model = Version
        fields = ["number", "organisation", "at", "note", "sha256", "content", "clauses"]

    @extend_schema_field(ClauseSerializer(many=True))
    def get_clauses(self, version: Version) -> Any:
        return ClauseSerializer(numbered(Terms.of(version.terms).clauses), many=True).data


class RemarkSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(source="version.number")
    organisation = serializers.SlugField(source="party.organisation.slug", allow_null=True, default=None)

    class Meta:
        model = ClauseComment
        fields = ["id", "version", "clause", "organisation", "at", "text", "settled_at"]


class ReportSerializer(serializers.ModelSerializer):
    organisation = serializers.SlugField(source="organisation.slug")

    class Meta:
        model = ObligationReport
        fields = ["id", "organisation", "at", "amount", "text", "link", "state", "decided_at", "reason"]


class ObligationSerializer(serializers.ModelSerializer):
    """``beneficiary`` null: it was promised to all other parties."""

    owner = serializers.SlugField(source="owner.slug")
    beneficiary = serializers.SlugField(source="beneficiary.slug", allow_null=True, default=None)
    reports = ReportSerializer(many=True)

    class Meta:
        model = Obligation
        fields = [
            "id",
            "kind",
            "what",
            "owner",
            "beneficiary",
            "amount",
            "done",
            "due_on",
            "evidence",
            "state",
            "is_late",
            "closed_reason",
            "moved_at",
            "reports",
        ]


class ForPartySerializer(serializers.Serializer):
    """``organisation``: the party for which you do it."""

    organisation = serializers.SlugRelatedField("slug", queryset=Organisation.objects.none())

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        if user.is_authenticated:
            fields["organisation"].queryset = Organisation.objects.represented_by(user)
        return fields


class AcceptSerializer(ForPartySerializer):
    sha256 = serializers.RegexField("^[0-9a-f]{64}$", help_text="Of the version that you have read")


class RemarkAskedSerializer(ForPartySerializer):
    version = serializers.IntegerField(min_value=1, max_value=32767)
    clause = serializers.CharField(
        max_length=8, allow_blank=True, default="", help_text="Its key; empty: the agreement as a whole"
    )
    text = serializers.CharField(max_length=2000)


class ReportAskedSerializer(serializers.Serializer):
    """``amount`` is asked for where the obligation has one."""

    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    text = serializers.CharField(max_length=2000)
    link = serializers.URLField(max_length=200, allow_blank=True, default="")


class RefusalAskedSerializer(ForPartySerializer):
    reason = serializers.CharField(max_length=2000, help_text="The other side reads it")


KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "minLength": 1, "maxLength": 64},
    OpenApiParameter.HEADER,
    required=True,
    description="The same for every try of one request; sent with another content it is refused (409)",
)
ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)
OBLIGATION = OpenApiParameter("obligation", OpenApiTypes.INT, OpenApiParameter.PATH)
REPORT = OpenApiParameter("report", OpenApiTypes.INT, OpenApiParameter.PATH)


@extend_schema(tags=["own agreements"])
@extend_schema_view(list=extend_schema(parameters=FILTERS), retrieve=extend_schema(parameters=[ID]))
class OwnAgreementViewSet(viewsets.ReadOnlyModelViewSet):
    """Those of the organisations that you act for: what they draw up, and what was sent to them."""

    queryset = Agreement.objects.none()
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Agreement]:
        newest = Version.objects.filter(agreement=OuterRef("pk")).order_by("-number")
        own = counted(with_parties(Agreement.objects.of_person(self.request.user))).select_related(
            "initiator", "parent"
        )
        return own.annotate(
            newest_number=Subquery(newest.values("number")[:1]), newest_sha256=Subquery(newest.values("sha256")[:1])
        ).order_by("-pk")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return narrowed(queryset, self.request) if self.action == "list" else queryset

    def get_serializer_class(self) -> type[OwnSerializer]:
        return OwnSerializer if self.action == "list" else OwnDetailSerializer

    # --- Versions -----------------------------------------------------------------------------------------------

    @extend_schema(parameters=[ID], responses=VersionSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def versions(self, request: Request, pk: str) -> Response:
        """Those that were sent to the party, the first one first; all, to who draws it up."""
        agreement = self.get_object()
        versions = readable_versions(agreement, self._reader(agreement)).order_by("number")
        return Response(VersionSerializer(versions, many=True).data)

    @extend_schema(parameters=[ID], request=AcceptSerializer, responses=OwnDetailSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Agree to exactly these words. Repeated, it does nothing more."""
        agreement, asked = self.get_object(), self._asked(AcceptSerializer)
        party = self._party(agreement, asked["organisation"])
        accept_version(agreement, party=party, sha256=asked["sha256"], by=self.person)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(parameters=[ID])
    @extend_schema(methods=["GET"], responses=RemarkSerializer(many=True))
    @extend_schema(methods=["POST"], request=RemarkAskedSerializer, responses={201: RemarkSerializer}, parameters=[KEY])
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def remarks(self, request: Request, pk: str) -> Response:
        """Remarks on clauses; POST adds one, as long as the text can be changed."""
        agreement = self.get_object()
        if request.method == "POST":
            return self._remarked(agreement)
        remarks = readable_comments(agreement, self._reader(agreement))
        return Response(RemarkSerializer(remarks, many=True).data)

    def _remarked(self, agreement: Agreement) -> Response:
        key, asked = key_of(self.request.headers), self._asked(RemarkAskedSerializer)
        party = self._party(agreement, asked["organisation"])
        version = readable_versions(agreement, party.organisation).filter(number=asked["version"]).first()
        if version is None:
            raise serializers.ValidationError({"version": [_("There is no such version.")]})
        if asked["clause"] not in {"", *(one.key for one in Terms.of(version.terms).clauses)}:
            raise serializers.ValidationError({"clause": [_("This version has no such clause.")]})
        said = {"clause": asked["clause"], "text": asked["text"]}
        made = once(
            lambda: comment(agreement, version=version, party=party, by=self.person, **said),
            model=ClauseComment,
            scope=f"remark on agreement {agreement.pk} by {self.person.pk}",
            key=key,
            asked={**said, "version": version.number, "party": party.pk},
        )
        return Response(RemarkSerializer(made).data, status=status.HTTP_201_CREATED)

    # --- What was promised --------------------------------------------------------------------------------------

    @extend_schema(parameters=[ID], responses=ObligationSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def obligations(self, request: Request, pk: str) -> Response:
        """With all that was reported on each."""
        obligations = self.get_object().obligations.select_related("owner", "beneficiary")
        reports = obligations.prefetch_related("reports__organisation")
        return Response(ObligationSerializer(reports, many=True).data)

    @extend_schema(parameters=[ID, OBLIGATION, KEY], request=ReportAskedSerializer, responses={201: ReportSerializer})
    @action(detail=True, methods=["post"], url_path="obligations/(?P<obligation>[0-9]+)/reports")
    def report(self, request: Request, pk: str, obligation: str) -> Response:
        """Say what was done, for the party that has promised it; it counts once the other side has confirmed it."""
        found = get_object_or_404(self.get_object().obligations.select_related("agreement", "owner"), pk=obligation)
        if not can_report_progress(self.person, found):
            raise PermissionDenied(_("The head or a coordinator of the party that has promised it reports."))
        key, asked = key_of(request.headers), self._asked(ReportAskedSerializer)
        made = once(
            lambda: report_progress(found, organisation=found.owner, by=self.person, **asked),
            model=ObligationReport,
            scope=f"report on obligation {found.pk} by {self.person.pk}",
            key=key,
            asked=asked,
        )
        return Response(ReportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[ID, REPORT], request=ForPartySerializer, responses=ReportSerializer)
    @action(detail=True, methods=["post"], url_path="reports/(?P<report>[0-9]+)/confirm")
    def confirm(self, request: Request, pk: str, report: str) -> Response:
        """That it was done, by the other side. Repeated, it does nothing more."""
        return self._decided(report, ForPartySerializer, confirms=True)

    @extend_schema(parameters=[ID, REPORT], request=RefusalAskedSerializer, responses=ReportSerializer)
    @action(detail=True, methods=["post"], url_path="reports/(?P<report>[0-9]+)/refuse")
    def refuse(self, request: Request, pk: str, report: str) -> Response:
        """That it was not done, with a reason. Repeated, it does nothing more."""
        return self._decided(report, RefusalAskedSerializer, confirms=False)

    def _decided(self, key: str, form: type[ForPartySerializer], *, confirms: bool) -> Response:
        reports = ObligationReport.objects.filter(obligation__agreement=self.get_object())
        found = get_object_or_404(reports.select_related("obligation__agreement", "organisation"), pk=key)
        asked = self._asked(form)
        organisation = asked["organisation"]
        if not can_confirm_progress(self.person, found.obligation, organisation):
            raise PermissionDenied(_("The head or a coordinator of the other side decides."))
        decided = decide_report(
            found, organisation=organisation, by=self.person, confirms=confirms, reason=asked.get("reason", "")
        )
        return Response(ReportSerializer(decided).data)

    # --- Who asks -----------------------------------------------------------------------------------------------

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    def _asked(self, asked: type[serializers.Serializer]) -> dict[str, Any]:
        serializer = asked(data=self.request.data, context={"request": self.request})
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _reader(self, agreement: Agreement) -> Organisation:
        """For which they read it: who draws it up has more to read."""
        own = Organisation.objects.represented_by(self.person)
        parties = own.filter(parts_in_agreements__agreement=agreement)
        return own.filter(pk=agreement.initiator_id).first() or parties[0]

    def _party(self, agreement: Agreement, organisation: Organisation) -> Party:
        """Raises ValidationError (400) for who is none, and PermissionDenied (403) for who only reads."""
        party = agreement.parties.filter(organisation=organisation).select_related("organisation").first()
        if party is None:
            raise serializers.ValidationError({"organisation": [_("It is no party of this agreement.")]})
        if not can_negotiate(self.person, party):
            raise PermissionDenied(_("The head or a coordinator of the party decides."))
        return party
