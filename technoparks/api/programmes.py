"""Public API of programmes and their groups. Who learns in them is nobody's business here."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers

from common.public_api import PublicViewSet
from technoparks.api.public import DIRECTION, ClockField
from technoparks.models import LIVING, Audience, Cohort, CohortHours, Programme

TECHNOPARK = OpenApiParameter("technopark", str, description="Slug of the technopark")
NUMBER = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)


class CohortHoursSerializer(serializers.ModelSerializer):
    """Monday is 0."""

    starts, ends = ClockField(), ClockField()

    class Meta:
        model = CohortHours
        fields = ["weekday", "starts", "ends"]


class CohortSerializer(serializers.ModelSerializer):
    """Hours are those of the clock in ``time_zone``. ``places_free``: of a group that takes applications."""

    programme = serializers.IntegerField(source="programme_id")
    technopark = serializers.SlugField(source="programme.technopark.slug")
    lab = serializers.IntegerField(source="lab_id")
    time_zone = serializers.CharField(source="programme.technopark.time_zone")
    hours = CohortHoursSerializer(many=True)
    takes_applications = serializers.BooleanField()
    places_free = serializers.IntegerField(source="free")

    class Meta:
        model = Cohort
        fields = [
            "id",
            "programme",
            "technopark",
            "lab",
            "name",
            "name_en",
            "state",
            "starts_on",
            "ends_on",
            "apply_until",
            "time_zone",
            "hours",
            "places",
            "places_free",
            "takes_applications",
            "updated_at",
        ]


class ProgrammeSerializer(serializers.ModelSerializer):
    """With its groups that gather or run."""

    technopark = serializers.SlugField(source="technopark.slug")
    direction = serializers.SlugField(source="direction.slug", allow_null=True, default=None)
    groups = CohortSerializer(many=True, source="cohorts")

    class Meta:
        model = Programme
        fields = [
            "id",
            "technopark",
            "slug",
            "name",
            "name_en",
            "about",
            "about_en",
            "direction",
            "audience",
            "age_from",
            "age_to",
            "hours",
            "decision_days",
            "attendance_percent",
            "groups",
            "updated_at",
        ]


def _groups() -> QuerySet[Cohort]:
    shown = Cohort.objects.visible_to(AnonymousUser()).filter(state__in=LIVING).with_taken()
    return shown.select_related("programme__technopark").prefetch_related("hours").order_by("starts_on", "name", "pk")


@extend_schema(tags=["technoparks"])
@extend_schema_view(
    list=extend_schema(
        parameters=[
            TECHNOPARK,
            DIRECTION,
            OpenApiParameter("audience", str, enum=Audience.values, description="For whom it is"),
        ]
    ),
    retrieve=extend_schema(parameters=[NUMBER]),
)
class ProgrammeViewSet(PublicViewSet):
    """What technoparks teach."""

    queryset = Programme.objects.none()
    serializer_class = ProgrammeSerializer
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Programme]:
        published = Programme.objects.published().select_related("technopark", "direction")
        return published.prefetch_related(Prefetch("cohorts", _groups()))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked: Any = self.request.query_params if self.action == "list" else {}
        for name in ("technopark", "direction"):
            if slug := asked.get(name):
                queryset = queryset.filter(**{f"{name}__slug": slug})
        if audience := asked.get("audience"):
            queryset = queryset.filter(audience=audience)
        return queryset


@extend_schema(tags=["technoparks"])
@extend_schema_view(
    list=extend_schema(
        parameters=[TECHNOPARK, OpenApiParameter("open", bool, description="Only those that take applications today")]
    ),
    retrieve=extend_schema(parameters=[NUMBER]),
)
class GroupViewSet(PublicViewSet):
    """Groups of learners that gather or run."""

    queryset = Cohort.objects.none()
    serializer_class = CohortSerializer
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Cohort]:
        return _groups()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked: Any = self.request.query_params if self.action == "list" else {}
        if slug := asked.get("technopark"):
            queryset = queryset.filter(programme__technopark__slug=slug)
        if asked.get("open") in ("true", "1"):
            queryset = queryset.filter(apply_until__gte=timezone.localdate())
        return queryset
