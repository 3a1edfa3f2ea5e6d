"""Public API of the directory."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import permissions, serializers, viewsets

from members.filters import SORTS, Overview, Selection
from members.models import Direction, Kind, Organisation, Region, Tier


class RegionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ["code", "name", "name_en", "time_zone"]


class DirectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Direction
        fields = ["slug", "name", "name_en"]


# Field of the serializer → column, where they are called differently.
COLUMNS = {"region": "region__code", "directions": "direction_slugs", "role": "tier"}


class OrganisationSerializer(serializers.ModelSerializer):
    """An organisation in a list."""

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

    def to_representation(self, instance: tuple[Any, ...]) -> dict[str, Any]:
        """From a row of the columns in this order (``columns``): a page of fifty costs no objects."""
        return dict(zip(self.Meta.fields, instance, strict=True))

    @classmethod
    def columns(cls) -> list[str]:
        return [COLUMNS.get(name, name) for name in cls.Meta.fields]


class OrganisationDetailSerializer(OrganisationSerializer):
    class Meta(OrganisationSerializer.Meta):
        fields = [*OrganisationSerializer.Meta.fields, "inn", "ogrn", "about", "about_en"]


class PublicViewSet(viewsets.ReadOnlyModelViewSet):
    """Read-only and open to everybody."""

    permission_classes = [permissions.AllowAny]


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


def _choice(name: str, meaning: str, values: Iterable[str] | None = None) -> OpenApiParameter:
    kind: dict[str, Any] = {"type": "string"} | ({"enum": list(values)} if values else {})
    return OpenApiParameter(name, {"type": "array", "items": kind}, description=meaning)


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in Russian or English, in any form, forgiving mistypes"),
            _choice("kind", "Kind of organisation; repeat it for several", Kind.values),
            _choice("role", "Role in the association", Tier.values),
            _choice("region", "Code of the region by ISO 3166-2"),
            _choice("direction", "Slug of the direction"),
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
            selection = Selection.read(self.request.query_params, Overview.load())
            if selection.unknown:
                raise serializers.ValidationError({"detail": f"Unknown: {', '.join(selection.unknown)}"})
            organisations = selection.of(organisations.searched(selection.words))
        return organisations.values_list(*self.get_serializer_class().columns())

    def get_serializer_class(self) -> type[OrganisationSerializer]:
        return OrganisationSerializer if self.action == "list" else OrganisationDetailSerializer
