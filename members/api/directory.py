"""Public API of the directory."""

from typing import cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import permissions, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import KEY_HEADER, choice, key_of
from common.countries import country_codes
from common.public_api import PublicViewSet, RowSerializer, understood
from common.spoken import language_codes
from members.models import (
    Direction,
    Kind,
    OfficeReportState,
    OfficeStatusChange,
    OfficeYear,
    Organisation,
    Region,
    RepresentativeOffice,
    Tier,
    User,
)
from members.organisations.filters import SORTS, Overview, Selection
from members.organisations.offices import report_once, report_turn
from members.policies import can_edit_organisation


class RegionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ["code", "name", "name_en", "time_zone"]


class DirectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Direction
        fields = ["slug", "name", "name_en"]


class OrganisationSerializer(RowSerializer):
    """An organisation in a list."""

    COLUMNS = {"region": "region__code", "directions": "direction_slugs", "role": "tier"}

    region = serializers.CharField(allow_null=True, help_text="ISO 3166-2")
    directions = serializers.ListField(child=serializers.SlugField())
    role = serializers.ChoiceField(choices=Tier.choices, allow_blank=True)

    class Meta:
        model = Organisation
        fields = [
            "slug",
            "kind",
            "name",
            "name_en",
            "short_name",
            "short_name_en",
            "region",
            "city",
            "city_en",
            "directions",
            "role",
            "website",
            "updated_at",
        ]
        read_only_fields = fields


class OrganisationDetailSerializer(OrganisationSerializer):
    class Meta(OrganisationSerializer.Meta):
        fields = [*OrganisationSerializer.Meta.fields, "inn", "ogrn", "about", "about_en"]


class OfficeTurnSerializer(serializers.ModelSerializer):
    class Meta:
        model = OfficeStatusChange
        fields = ["status", "since", "precision", "note", "note_en"]


class OfficeYearSerializer(serializers.ModelSerializer):
    """What was not counted is null."""

    class Meta:
        model = OfficeYear
        fields = ["year", *OfficeYear.FIGURES, "result", "result_en"]


class OfficeSerializer(serializers.ModelSerializer):
    """An office abroad; its last turn is how it stands now."""

    languages = serializers.ListField(child=serializers.CharField(), help_text="ISO 639-1")
    turns = OfficeTurnSerializer(source="changes", many=True)
    years = OfficeYearSerializer(many=True)

    class Meta:
        model = RepresentativeOffice
        fields = ["country", "city", "city_en", "languages", "turns", "years"]


class ReportedTurnSerializer(serializers.ModelSerializer):
    """A turn in the life of the office at this place; the first one founds the office. It is public once the
    association has accepted it."""

    country = serializers.ChoiceField(country_codes(), help_text="ISO 3166-1")
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    city_en = serializers.CharField(max_length=100, required=False, allow_blank=True)
    languages = serializers.ListField(
        child=serializers.ChoiceField(language_codes()), required=False, help_text="ISO 639-1; empty, they stay"
    )
    state = serializers.ChoiceField(OfficeReportState.choices, read_only=True)

    class Meta:
        model = OfficeStatusChange
        fields = ["country", "city", "city_en", "languages", *OfficeTurnSerializer.Meta.fields, "state"]


class RegionViewSet(PublicViewSet):
    """Regions with their time zones."""

    queryset = Region.objects.all()
    serializer_class = RegionSerializer
    lookup_field = "code"
    pagination_class = None


class DirectionViewSet(PublicViewSet):
    """Directions that organisations, labs, projects and events share."""

    queryset = Direction.objects.all()
    serializer_class = DirectionSerializer
    lookup_field = "slug"
    pagination_class = None


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in Russian or English, in any form, forgiving mistypes"),
            choice("kind", "Kind of organisation; repeat it for several", Kind.values),
            choice("role", "Role in the association", Tier.values),
            choice("region", "Code of the region by ISO 3166-2"),
            choice("direction", "Slug of the direction"),
            OpenApiParameter("sort", str, enum=list(SORTS), description="By name, or the newest first"),
        ]
    )
)
class OrganisationViewSet(PublicViewSet):
    """Published organisations, with the filters of the public directory."""

    queryset = Organisation.objects.published()
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet:
        organisations = Organisation.objects.published()
        if self.action == "list":
            selection = understood(Selection.asked(self.request.query_params, Overview.load()))
            organisations = selection.of(organisations.searched(selection.words))
        return organisations.values_list(*self.get_serializer_class().columns())

    def get_serializer_class(self) -> type[OrganisationSerializer]:
        return OrganisationSerializer if self.action == "list" else OrganisationDetailSerializer

    @extend_schema(methods=["GET"], responses=OfficeSerializer(many=True))
    @extend_schema(
        methods=["POST"],
        request=ReportedTurnSerializer,
        responses={201: ReportedTurnSerializer},
        parameters=[
            OpenApiParameter(
                KEY_HEADER,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="The same for every try of one turn",
            )
        ],
    )
    @action(
        detail=True,
        methods=["get", "post"],
        permission_classes=[permissions.IsAuthenticatedOrReadOnly],
        pagination_class=None,
    )
    def offices(self, request: Request, slug: str) -> Response:
        """Offices abroad, for everybody to read; the head and the coordinators of the organisation report turns."""
        organisation = get_object_or_404(Organisation.objects.visible_to(request.user), slug=slug)
        if request.method == "GET":
            offices = organisation.offices.prefetch_related("changes", "years")
            return Response(OfficeSerializer(offices, many=True).data)
        if not can_edit_organisation(request.user, organisation):
            raise PermissionDenied(_("The head or a coordinator of the organisation may report on its offices."))
        key = key_of(request.headers)
        asked = ReportedTurnSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        by = cast("User", request.user)
        made = report_once(report_turn, organisation, by=by, key=key, told=asked.validated_data)
        answer = ReportedTurnSerializer({**made.data, "state": made.state})
        return Response(answer.data, status=status.HTTP_201_CREATED)
