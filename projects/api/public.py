"""Public API of projects."""

import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from agreements.models import Agreement
from common.addresses import absolute, without_language
from common.api import choice
from common.public_api import PublicViewSet, understood
from members.models import Audience
from members.organisations.filters import Overview
from projects.models import (
    PUBLIC_STATES,
    ParticipantRole,
    PledgeKind,
    Project,
    ProjectKind,
    ProjectResult,
    ProjectUpdate,
    RoadmapItem,
)
from projects.models.project import ProjectQuerySet
from projects.public.filters import Selection
from projects.public.pledges import thanks
from technoparks.models import Lab


class ParticipantSerializer(serializers.Serializer):
    """An organisation in the directory, and as what it takes part; it may have several roles."""

    slug = serializers.SlugField()
    kind = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    role = serializers.ChoiceField(ParticipantRole.choices)


class ProjectSerializer(serializers.ModelSerializer):
    """Days are those of ``precision``: of a month or a year that is all that is known, its first."""

    participants = ParticipantSerializer(source="participant_cards", many=True)
    region = serializers.CharField(source="region.code", allow_null=True, default=None, help_text="ISO 3166-2")
    directions = serializers.ListField(source="direction_slugs", child=serializers.SlugField())

    class Meta:
        model = Project
        fields = [
            "slug",
            "kind",
            "state",
            "name",
            "name_en",
            "summary",
            "summary_en",
            "starts_on",
            "ends_on",
            "precision",
            "region",
            "audience",
            "grade_from",
            "grade_to",
            "directions",
            "participants",
            "updated_at",
        ]


class ProjectUpdateSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProjectUpdate
        fields = ["on", "name", "name_en", "about", "about_en"]


class ProjectResultSerializer(serializers.ModelSerializer):
    """``url``: where it is, or where its file is had; ``content_type`` and ``size`` in bytes of a file."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ProjectResult
        fields = ["name", "name_en", "url", "content_type", "size"]

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, result: ProjectResult) -> str:
        return result.link or absolute(without_language(result.url))


class RoadmapItemSerializer(serializers.ModelSerializer):
    """``starts_on`` and ``due_on`` as they are meant now, ``planned_…`` as they were meant first, ``begun_on`` and
    ``done_on`` as it was; a milestone has no first day. ``after``: ids of what must be done before."""

    owner = serializers.CharField(source="owner.slug", help_text="Slug of the organisation that answers for it")
    planned_starts_on = serializers.SerializerMethodField()
    planned_due_on = serializers.DateField(source="planned.last")

    class Meta:
        model = RoadmapItem
        fields = [
            "id",
            "kind",
            "state",
            "name",
            "name_en",
            "expected",
            "expected_en",
            "owner",
            "planned_starts_on",
            "planned_due_on",
            "starts_on",
            "due_on",
            "begun_on",
            "done_on",
            "after",
        ]

    @extend_schema_field({"type": "string", "format": "date", "nullable": True})
    def get_planned_starts_on(self, item: RoadmapItem) -> datetime.date | None:
        return item.planned.first if item.is_stage else None


class ThanksSerializer(serializers.Serializer):
    """What a partner has pledged and the receiver has confirmed, of one kind; none of whoever wants no amount shown."""

    partner = serializers.SlugField(help_text="Slug of the organisation")
    kind = serializers.ChoiceField(PledgeKind.choices)
    money_from = serializers.CharField(
        source="source", allow_blank=True, help_text="Of money: own, federal, regional, municipal, grant, donation"
    )
    pledged = serializers.DecimalField(14, 2)
    confirmed = serializers.DecimalField(14, 2)


class ProjectDetailSerializer(ProjectSerializer):
    updates = ProjectUpdateSerializer(many=True)
    results = ProjectResultSerializer(many=True)
    roadmap = RoadmapItemSerializer(many=True)
    thanks = serializers.SerializerMethodField()
    agreements = serializers.SerializerMethodField(help_text="Addresses in the register")
    labs = serializers.SerializerMethodField(help_text="Numbers of public laboratories")

    class Meta(ProjectSerializer.Meta):
        fields = [
            *ProjectSerializer.Meta.fields,
            "about",
            "about_en",
            "roadmap",
            "thanks",
            "updates",
            "results",
            "agreements",
            "labs",
        ]

    @extend_schema_field(ThanksSerializer(many=True))
    def get_thanks(self, project: Any) -> Any:
        rows = [
            {
                "partner": partner.organisation.slug,
                "kind": total.kind,
                "source": total.source,
                "pledged": total.pledged,
                "confirmed": total.confirmed,
            }
            for partner in thanks(project)
            for total in partner.totals
        ]
        return ThanksSerializer(rows, many=True).data

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_agreements(self, project: Any) -> list[str]:
        return [one.reference for one in project.agreements.all()]

    @extend_schema_field({"type": "array", "items": {"type": "integer"}})
    def get_labs(self, project: Any) -> list[int]:
        return [one.pk for one in project.labs.all()]


@extend_schema(tags=["projects"])
@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in Russian or English, in any form, forgiving mistypes"),
            choice("state", "State; repeat it for several", [state.value for state in PUBLIC_STATES]),
            choice("kind", "Kind of project", ProjectKind.values),
            choice("audience", "For whom; projects for everybody are always meant", Audience.values),
            choice("region", "Code of the region by ISO 3166-2"),
            choice("direction", "Slug of the direction"),
            OpenApiParameter("organisation", str, description="Slug of an organisation that takes part"),
        ]
    )
)
class ProjectViewSet(PublicViewSet):
    """Public projects, with the filters of the list."""

    queryset = Project.objects.public()
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def get_queryset(self) -> ProjectQuerySet:
        if self.action == "list":
            selection = understood(Selection.asked(self.request.query_params, Overview.load()))
            return selection.narrowed(selection.found()).select_related("region")
        results = Prefetch("results", ProjectResult.objects.select_related("project"))
        agreements = Prefetch("agreements", Agreement.objects.shown())
        labs = Prefetch("labs", Lab.objects.visible_to(AnonymousUser()))
        found = Project.objects.public().select_related("region")
        roadmap = Prefetch("roadmap", RoadmapItem.objects.select_related("owner").prefetch_related("changes", "after"))
        return found.prefetch_related("updates", roadmap, results, agreements, labs)

    def get_serializer_class(self) -> type[ProjectSerializer]:
        return ProjectSerializer if self.action == "list" else ProjectDetailSerializer
