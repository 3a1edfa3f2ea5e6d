"""Public API of technoparks and their labs."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.addresses import absolute, without_language
from common.api import MomentField
from common.public_api import PublicViewSet
from technoparks.booking.free import LOOKED_THROUGH, Wish, next_free
from technoparks.models import (
    Equipment,
    EquipmentStatus,
    Lab,
    OpeningException,
    OpeningHours,
    Outage,
    PupilYear,
    SiteCount,
    SiteStatus,
    StatusChange,
    Technopark,
    with_documents,
    with_outages,
)

MOST_TIMES = 200  # free ones in an answer


class TechnoparkSerializer(serializers.ModelSerializer):
    """``status_on``: since when it is so; of what is planned, the day it was announced."""

    host = serializers.SerializerMethodField(help_text="Slug; null where it is not in the directory")
    network = serializers.SerializerMethodField(help_text="Slug of the network whose site it is")
    region = serializers.CharField(source="region.code", allow_null=True, default=None, help_text="ISO 3166-2")
    directions = serializers.SlugRelatedField[Any]("slug", many=True, read_only=True)
    status = serializers.ChoiceField(SiteStatus.choices, allow_null=True)
    status_on = serializers.DateField(allow_null=True)

    class Meta:
        model = Technopark
        fields = [
            "slug",
            "name",
            "name_en",
            "host",
            "is_network",
            "network",
            "region",
            "city",
            "city_en",
            "address",
            "address_en",
            "time_zone",
            "directions",
            "labs_in_all",
            "pupils_planned",
            "status",
            "status_on",
            "updated_at",
        ]

    def get_host(self, technopark: Technopark) -> str | None:
        return technopark.host.slug if technopark.host.is_published else None

    def get_network(self, technopark: Technopark) -> str | None:
        network = technopark.network
        return network.slug if network and network.is_published else None


class StatusChangeSerializer(serializers.ModelSerializer):
    class Meta:
        model = StatusChange
        fields = ["status", "on", "precision", "note", "note_en"]


class PupilYearSerializer(serializers.ModelSerializer):
    """Of a school year ``year`` is the one in which it begins."""

    class Meta:
        model = PupilYear
        fields = ["year", "is_school_year", "planned", "actual"]


class SiteCountSerializer(serializers.ModelSerializer):
    class Meta:
        model = SiteCount
        fields = ["on", "planned", "actual", "regions", "note", "note_en"]


class TechnoparkDetailSerializer(TechnoparkSerializer):
    status_changes = StatusChangeSerializer(many=True)
    pupil_years = PupilYearSerializer(many=True)
    site_counts = SiteCountSerializer(many=True, help_text="Of a network")

    class Meta(TechnoparkSerializer.Meta):
        fields = [
            *TechnoparkSerializer.Meta.fields,
            "about",
            "about_en",
            "basis",
            "programme",
            "status_changes",
            "pupil_years",
            "site_counts",
        ]


@extend_schema_field({"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"})
class ClockField(serializers.TimeField):
    """As the clock of the wall shows it: a time of OpenAPI has a zone."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="%H:%M", **more)


class OpeningHoursSerializer(serializers.ModelSerializer):
    """Monday is 0."""

    opens, closes = ClockField(), ClockField()

    class Meta:
        model = OpeningHours
        fields = ["weekday", "opens", "closes"]


class OpeningExceptionSerializer(serializers.ModelSerializer):
    """Without times it is closed on that day."""

    opens, closes = ClockField(allow_null=True), ClockField(allow_null=True)

    class Meta:
        model = OpeningException
        fields = ["day", "opens", "closes", "reason", "reason_en"]


class OutageSerializer(serializers.ModelSerializer):
    """Without an end it lasts until further notice."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Outage
        fields = ["kind", "starts_at", "ends_at", "reason"]


class DocumentSerializer(serializers.Serializer):
    title = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    url = serializers.URLField()


class EquipmentSerializer(serializers.ModelSerializer):
    """``status``: “down” while it is out of order."""

    status = serializers.SerializerMethodField()
    outages = OutageSerializer(source="outages_ahead", many=True, help_text="Going on, and to come")
    kind = serializers.CharField(source="kind.name", help_text="One of a kind stands in for another")
    kind_en = serializers.CharField(source="kind.name_en", allow_blank=True)
    documents = serializers.SerializerMethodField(help_text="That everybody may have")

    class Meta:
        model = Equipment
        fields = ["id", "kind", "kind_en", "name", "name_en", "status", "is_bookable", "outages", "documents"]

    @extend_schema_field(DocumentSerializer(many=True))
    def get_documents(self, machine: Any) -> list[dict[str, Any]]:
        lab = machine.lab
        address = partial(reverse, "technoparks:equipment_document")
        return [
            {
                "title": one["title"],
                "size": one["size"],
                "url": absolute(without_language(address(args=[lab.technopark.slug, lab.slug, one["pk"]]))),
            }
            for one in machine.documents_offered
        ]

    @extend_schema_field({"type": "string", "enum": ["working", "down"]})
    def get_status(self, machine: Equipment) -> str:
        return "down" if machine.outage else machine.status


class LabSerializer(serializers.ModelSerializer):
    """With the rules by which it is booked. Hours are those of the clock in ``time_zone``."""

    technopark = serializers.SlugField(source="technopark.slug")
    direction = serializers.SlugField(source="direction.slug", allow_null=True, default=None)
    time_zone = serializers.CharField(source="technopark.time_zone")
    opening_hours = OpeningHoursSerializer(many=True)
    opening_exceptions = OpeningExceptionSerializer(many=True, help_text="From today on")
    equipment = EquipmentSerializer(many=True)

    class Meta:
        model = Lab
        fields = [
            "id",
            "technopark",
            "slug",
            "name",
            "name_en",
            "about",
            "about_en",
            "direction",
            "seats",
            "time_zone",
            "is_bookable",
            "by_seats",
            "needs_approval",
            "approval_hours",
            "is_for_members",
            "step_minutes",
            "shortest_minutes",
            "longest_minutes",
            "days_ahead",
            "notice_hours",
            "buffer_minutes",
            "least_age",
            "needs_supervisor",
            "check_in_minutes",
            "keeps_holidays",
            "opening_hours",
            "opening_exceptions",
            "equipment",
            "updated_at",
        ]


class SpanSerializer(serializers.Serializer):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class FreeAskedSerializer(serializers.Serializer):
    until = MomentField(required=False, help_text=f"At most {LOOKED_THROUGH} days after “from”")
    people = serializers.IntegerField(min_value=1, max_value=500, default=1)
    is_whole = serializers.BooleanField(default=False, help_text="The whole room")
    minutes = serializers.IntegerField(
        min_value=5, max_value=24 * 60, required=False, help_text="How long it is to be; the shortest that is possible"
    )

    def get_fields(self) -> dict[str, Any]:
        since = MomentField(required=False, help_text="Now, if it is not given")
        return {"from": since, **super().get_fields()}


DIRECTION = OpenApiParameter("direction", str, description="Slug of the direction")


@extend_schema(tags=["technoparks"])
@extend_schema_view(
    list=extend_schema(
        parameters=[OpenApiParameter("region", str, description="Code of the region by ISO 3166-2"), DIRECTION]
    )
)
class TechnoparkViewSet(PublicViewSet):
    """Sites and networks of sites."""

    queryset = Technopark.objects.published()
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def get_queryset(self) -> QuerySet[Technopark]:
        published = Technopark.objects.published().with_status()
        related = published.select_related("host", "network", "region").prefetch_related("directions")
        if self.action == "list":
            return related
        return related.prefetch_related("status_changes", "pupil_years", "site_counts")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = self.request.query_params if self.action == "list" else {}
        if code := asked.get("region"):
            queryset = queryset.filter(region__code=code)
        if slug := asked.get("direction"):
            queryset = queryset.filter(directions__slug=slug)
        return queryset

    def get_serializer_class(self) -> type[TechnoparkSerializer]:
        return TechnoparkSerializer if self.action == "list" else TechnoparkDetailSerializer


@extend_schema(tags=["technoparks"])
@extend_schema_view(
    list=extend_schema(
        parameters=[OpenApiParameter("technopark", str, description="Slug of the technopark"), DIRECTION]
    ),
    retrieve=extend_schema(parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)]),
)
class LabViewSet(PublicViewSet):
    """Laboratories with their hours, rules and equipment."""

    queryset = Lab.objects.none()
    serializer_class = LabSerializer
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Lab]:
        visible = Lab.objects.visible_to(AnonymousUser()).select_related("technopark", "direction")
        labs = visible.prefetch_related("opening_hours")
        if self.action == "free":
            return labs.with_takes_bookings()
        exceptions = OpeningException.objects.filter(day__gte=timezone.localdate())
        there = Equipment.objects.exclude(status=EquipmentStatus.RETIRED).select_related("kind", "lab__technopark")
        machines = with_documents(with_outages(there))
        return labs.prefetch_related(Prefetch("opening_exceptions", exceptions), Prefetch("equipment", machines))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = self.request.query_params if self.action == "list" else {}
        for name in ("technopark", "direction"):
            if slug := asked.get(name):
                queryset = queryset.filter(**{f"{name}__slug": slug})
        return queryset

    @extend_schema(
        parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH), FreeAskedSerializer],
        responses=SpanSerializer(many=True),
    )
    @action(detail=True, pagination_class=None)
    def free(self, request: Request, pk: str) -> Response:
        """The next times at which so many people fit in, none of them overlapping another."""
        lab = self.get_object()
        serializer = FreeAskedSerializer(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        asked, now = serializer.validated_data, timezone.now()
        since = max(asked.get("from", now), now)
        until = min(asked.get("until", since + timedelta(days=LOOKED_THROUGH)), since + timedelta(days=LOOKED_THROUGH))
        latest = now + timedelta(days=lab.days_ahead)
        if not lab.takes_bookings:
            return Response([])
        found = next_free(
            lab,
            Wish(asked["people"], asked["is_whole"]),
            after=since,
            minutes=asked.get("minutes", lab.shortest_minutes),
            number=MOST_TIMES,
        )
        free = [(starts, ends) for starts, ends in found if ends <= until and starts <= latest]
        return Response(SpanSerializer([{"starts_at": a, "ends_at": b} for a, b in free], many=True).data)
