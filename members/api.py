"""Public API of the directory."""

from django.db.models import QuerySet
from rest_framework import permissions, serializers, viewsets

from members.filters import OrganisationFilter
from members.models import Direction, Organisation, Region


class RegionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Region
        fields = ["code", "name", "name_en", "time_zone"]


class DirectionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Direction
        fields = ["slug", "name", "name_en"]


class OrganisationSerializer(serializers.ModelSerializer):
    url = serializers.CharField(source="get_absolute_url", read_only=True)
    region = serializers.SlugRelatedField(slug_field="code", read_only=True)
    directions = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    role = serializers.CharField(source="tier", read_only=True, allow_null=True)

    class Meta:
        model = Organisation
        fields = [
            "slug", "url", "kind", "name", "name_en", "short_name", "short_name_en", "region", "city", "city_en",
            "directions", "role", "website", "updated_at",
        ]  # fmt: skip


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


class OrganisationViewSet(PublicViewSet):
    """Published organisations, with the filters of the public directory."""

    filterset_class = OrganisationFilter
    lookup_field = "slug"
    queryset = Organisation.objects.published()

    def get_queryset(self) -> QuerySet[Organisation]:
        return Organisation.objects.published().with_tier().select_related("region").prefetch_related("directions")

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return OrganisationSerializer if self.action == "list" else OrganisationDetailSerializer
