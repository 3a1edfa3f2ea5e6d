"""Public API of the events."""

import json
from typing import Any

from django.db.models import Case, F, Prefetch, QuerySet, TextField, When
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import choice
from common.public_api import PublicViewSet, RowSerializer, understood
from events.models import Event, EventFormat, EventKind, EventMaterial, PlannedSigning, Session, Talk
from events.public.filters import ALL, PAST, UPCOMING
from events.public.listing import EventList, Found
from members.models import Audience, Organisation, PublicPerson
from projects.models import PUBLIC_STATES


class OrganiserSerializer(serializers.Serializer):
    """An organiser that is in the directory."""

    slug = serializers.SlugField()
    kind = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)


class EventSerializer(RowSerializer):
    """An event in a list. ``precision`` says how far the times are known."""

    COLUMNS = {
        "region": "region__code",
        "directions": "direction_slugs",
        "organisers": Cast("organiser_cards", TextField()),  # as the list reads them: past the ORM
    }

    region = serializers.CharField(allow_null=True, help_text="ISO 3166-2")
    directions = serializers.ListField(child=serializers.SlugField())
    organisers = OrganiserSerializer(many=True)
    audience = serializers.ListField(child=serializers.ChoiceField(Audience.choices), help_text="Empty: everybody")

    class Meta:
        model = Event
        fields = [
            "slug",
            "uid",
            "kind",
            "name",
            "name_en",
            "summary",
            "summary_en",
            "starts_at",
            "ends_at",
            "precision",
            "time_zone",
            "format",
            "region",
            "city",
            "city_en",
            "state",
            "audience",
            "grade_from",
            "grade_to",
            "directions",
            "organisers",
            "updated_at",
        ]
        read_only_fields = fields

    def to_representation(self, instance: tuple[Any, ...]) -> dict[str, Any]:
        row = super().to_representation(instance)
        return row | {"organisers": json.loads(row["organisers"])}


class PartySerializer(OrganiserSerializer):
    """A party that is in the directory."""

    name = serializers.CharField(source="short_name")
    name_en = serializers.CharField(source="short_name_en", allow_blank=True)


class SigningSerializer(serializers.ModelSerializer):
    """An agreement that is to be signed there."""

    parties = PartySerializer(many=True)

    class Meta:
        model = PlannedSigning
        fields = ["subject", "subject_en", "parties"]


class MaterialSerializer(serializers.ModelSerializer):
    """A recording, slides, photographs. ``talk``: of which one; null: of the whole event."""

    talk = serializers.CharField(source="talk.name", allow_null=True, default=None)
    talk_en = serializers.CharField(source="talk.name_en", allow_null=True, allow_blank=True, default=None)

    class Meta:
        model = EventMaterial
        fields = ["name", "name_en", "link", "talk", "talk_en"]


class EventDetailSerializer(EventSerializer):
    COLUMNS = {
        **EventSerializer.COLUMNS,
        "technopark": Case(When(technopark__is_published=True, then=F("technopark__slug"))),
        "project": Case(When(project__state__in=PUBLIC_STATES, then=F("project__slug"))),
    }
    BESIDES = ("signings", "materials")

    technopark = serializers.CharField(allow_null=True, help_text="Slug of the one in which it is held")
    project = serializers.CharField(allow_null=True, help_text="Slug of the one that it is a part of")

    signings = SigningSerializer(many=True)
    materials = MaterialSerializer(many=True)

    class Meta(EventSerializer.Meta):
        fields = [
            *EventSerializer.Meta.fields,
            "about",
            "about_en",
            "venue",
            "venue_en",
            "technopark",
            "project",
            "registration",
            "registration_site",
            "opens_at",
            "closes_at",
            "headcount",
            "headcount_is_least",
            "sequence",
            "signings",
            "materials",
        ]

    def to_representation(self, instance: tuple[Any, ...]) -> dict[str, Any]:
        """As the page of the event shows them."""
        row = super().to_representation(instance)
        parties = Prefetch("parties", Organisation.objects.published())
        signings = PlannedSigning.objects.filter(event__slug=row["slug"]).prefetch_related(parties)
        materials = EventMaterial.objects.filter(event__slug=row["slug"]).select_related("talk")
        return row | {
            "signings": SigningSerializer(signings, many=True).data,
            "materials": MaterialSerializer(materials, many=True).data,
        }


class SpeakerSerializer(serializers.ModelSerializer):
    """In a public role; who has not agreed to be shown with it has no position here."""

    position = serializers.SerializerMethodField()
    position_en = serializers.SerializerMethodField()

    class Meta:
        model = PublicPerson
        fields = ["name", "name_en", "position", "position_en"]

    @extend_schema_field(str)
    def get_position(self, person: Any) -> str:
        return person.position if person.shows_position else ""

    @extend_schema_field(str)
    def get_position_en(self, person: Any) -> str:
        return person.position_en if person.shows_position else ""


class TalkSerializer(serializers.ModelSerializer):
    speakers = SpeakerSerializer(many=True)

    class Meta:
        model = Talk
        fields = ["name", "name_en", "speakers"]


class SessionSerializer(serializers.ModelSerializer):
    """A part of the programme; without a track it is for all."""

    track = serializers.CharField(source="track.name", allow_null=True, default=None)
    talks = TalkSerializer(many=True)

    class Meta:
        model = Session
        fields = ["name", "name_en", "about", "about_en", "track", "starts_at", "ends_at", "is_break", "talks"]


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Words in Russian or English, in any form, forgiving mistypes"),
            OpenApiParameter(
                "when", str, enum=[UPCOMING, PAST, ALL], description="Upcoming, if no dates are asked for"
            ),
            OpenApiParameter("from", str, description="Day by ISO 8601, as the clock of the place has it"),
            OpenApiParameter("until", str, description="The last day that is meant"),
            choice("kind", "Kind of event; repeat it for several", EventKind.values),
            choice("format", "In person, online or both", EventFormat.values),
            choice("audience", "For whom; events for everybody are always meant", Audience.values),
            choice("region", "Code of the region by ISO 3166-2"),
            choice("direction", "Slug of the direction"),
            OpenApiParameter("organiser", str, description="Slug of an organisation"),
            OpenApiParameter("technopark", str, description="Slug of the technopark in which they are held"),
            OpenApiParameter("project", str, description="Slug of the project that they are a part of"),
            OpenApiParameter("sort", str, enum=["date"], description="Of words: by date, not the best first"),
        ]
    )
)
class EventViewSet(PublicViewSet):
    """Public events, with the filters of the list."""

    queryset = Event.objects.public()
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def get_queryset(self) -> QuerySet | Found:  # type: ignore[override] # a paginator needs no more than that
        columns = self.get_serializer_class().columns()
        if self.action != "list":
            return Event.objects.public().values_list(*columns)
        found = EventList(self.request.query_params)
        understood(found.selection)
        return Found(found, columns)

    def get_serializer_class(self) -> type[EventSerializer]:
        return EventSerializer if self.action == "list" else EventDetailSerializer

    @extend_schema(responses=SessionSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def programme(self, request: Request, slug: str) -> Response:
        """Sessions in the order of time, those without one last; speakers as far as they may be shown."""
        event = get_object_or_404(Event.objects.public(), slug=slug)
        speakers = Prefetch("speakers", PublicPerson.objects.shown().order_by("order", "name"))
        talks = Prefetch("talks", Talk.objects.prefetch_related(speakers))
        sessions = event.sessions.select_related("track").prefetch_related(talks)
        return Response(SessionSerializer(sessions, many=True).data)
