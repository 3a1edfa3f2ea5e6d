"""Public API of challenges."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers

from common.api import choice
from common.public_api import PublicViewSet, understood
from members.models import Audience
from members.organisations.filters import Overview
from projects.models import Challenge, ChallengeState, TeamKind
from projects.models.challenge import ChallengeQuerySet
from projects.public.challenges.filters import Selection, Stage


class CompanySerializer(serializers.Serializer):
    """In the directory."""

    slug = serializers.SlugField()
    kind = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)


class ChallengeSerializer(serializers.ModelSerializer):
    """``mentor_hours`` are for each team; ``rights`` says who holds the exclusive right to the result."""

    company = CompanySerializer(source="company_card", allow_null=True)
    region = serializers.CharField(source="region.code", allow_null=True, default=None, help_text="ISO 3166-2")
    directions = serializers.ListField(source="direction_slugs", child=serializers.SlugField())

    class Meta:
        model = Challenge
        fields = [
            "slug",
            "state",
            "takes_applications",
            "company",
            "name",
            "name_en",
            "summary",
            "summary_en",
            "team_kinds",
            "places",
            "members_from",
            "members_to",
            "audience",
            "grade_from",
            "grade_to",
            "region",
            "directions",
            "reward",
            "reward_en",
            "mentor_hours",
            "rights",
            "needs_nda",
            "applications_until",
            "starts_on",
            "ends_on",
            "updated_at",
        ]


class ChallengeDetailSerializer(ChallengeSerializer):
    """``outcome`` is what has come of it, once the result is published."""

    outcome = serializers.SerializerMethodField()
    outcome_en = serializers.SerializerMethodField()

    class Meta(ChallengeSerializer.Meta):
        fields = [*ChallengeSerializer.Meta.fields, "about", "about_en", "terms", "terms_en", "outcome", "outcome_en"]

    def get_outcome(self, challenge: Challenge) -> str:
        return challenge.outcome if challenge.state == ChallengeState.COMPLETED else ""

    def get_outcome_en(self, challenge: Challenge) -> str:
        return challenge.outcome_en if challenge.state == ChallengeState.COMPLETED else ""


@extend_schema(tags=["challenges"])
@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in Russian or English, in any form, forgiving mistypes"),
            choice("stage", "Whether applications are taken now; without it both", Stage.values),
            choice("team", "Kind of team that may apply; repeat it for several", TeamKind.values),
            choice("audience", "For whom; challenges for everybody are always meant", Audience.values),
            choice("region", "Code of the region by ISO 3166-2"),
            choice("direction", "Slug of the direction"),
            OpenApiParameter("organisation", str, description="Slug of the company that has set them"),
        ]
    )
)
class ChallengeViewSet(PublicViewSet):
    """Challenges of companies, with the filters of the list; a withdrawn one is had by its slug alone."""

    queryset = Challenge.objects.public()
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def get_queryset(self) -> ChallengeQuerySet:
        if self.action == "list":
            selection = understood(Selection.asked(self.request.query_params, Overview.load()))
            return selection.narrowed(selection.found()).select_related("region")
        return Challenge.objects.public().select_related("region")

    def get_serializer_class(self) -> type[ChallengeSerializer]:
        return ChallengeSerializer if self.action == "list" else ChallengeDetailSerializer
