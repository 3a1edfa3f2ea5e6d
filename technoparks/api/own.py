"""Bookings of the organisations that whoever asks acts for, as guests and as hosts: the same policies and services as
the pages."""

from typing import Any, cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import KEY_HEADER, LineField, MomentField, choice, key_of
from common.schema import RefusalSerializer
from members.models import Organisation, User
from technoparks.api.public import SpanSerializer
from technoparks.booking.bookings import Asked, approve, book, cancel, check_in, decline
from technoparks.booking.moves import Who
from technoparks.models import BookedFor, Booking, BookingMove, BookingState, Lab
from technoparks.policies import can_book_lab, can_cancel_booking, can_check_in_booking, can_decide_booking

LONGEST_KEY = 2**63 - 1  # of a row


class BookingSerializer(serializers.ModelSerializer):
    """``seats`` by their numbers; of the whole room all of them. ``decide_by``: until then the host answers."""

    technopark = serializers.SlugField(source="lab.technopark.slug")
    host = serializers.SlugField(source="lab.technopark.host.slug")
    organisation = serializers.SlugField(source="organisation.slug", help_text="The guest")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    seats = serializers.ListField(child=serializers.IntegerField())
    equipment = serializers.SerializerMethodField()

    class Meta:
        model = Booking
        fields = [
            "id",
            "uid",
            "lab",
            "technopark",
            "host",
            "organisation",
            "series",
            "kind",
            "title",
            "starts_at",
            "ends_at",
            "people",
            "youngest",
            "is_whole",
            "seats",
            "equipment",
            "state",
            "decide_by",
            "sequence",
            "updated_at",
        ]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_equipment(self, booking: Booking) -> list[int]:
        return [one.equipment_id for one in booking.equipment_times.all()]


class BookingMoveSerializer(serializers.ModelSerializer):
    """``source`` is empty of the first."""

    class Meta:
        model = BookingMove
        fields = ["action", "source", "target", "at", "reason"]


class OneBookingSerializer(BookingSerializer):
    moves = BookingMoveSerializer(many=True, help_text="What happened to it, in order")

    class Meta(BookingSerializer.Meta):
        fields = [*BookingSerializer.Meta.fields, "moves"]


class BookingAskedSerializer(serializers.Serializer):
    lab = serializers.PrimaryKeyRelatedField(queryset=Lab.objects.none())
    organisation = serializers.SlugRelatedField(
        "slug", queryset=Organisation.objects.none(), help_text="You book for it"
    )
    kind = serializers.ChoiceField(BookedFor.choices)
    title = LineField(max_length=150, help_text="What for; no names of pupils, please")
    starts_at = MomentField()
    ends_at = MomentField()
    people = serializers.IntegerField(min_value=1, max_value=500, help_text="With the adults")
    youngest = serializers.IntegerField(
        min_value=3, max_value=99, allow_null=True, default=None, help_text="Asked for where the lab has a least age"
    )
    is_whole = serializers.BooleanField(default=False, help_text="The whole room")
    equipment = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LONGEST_KEY), default=list, max_length=50
    )

    def get_fields(self) -> dict[str, Any]:
        """Labs that the person sees, and organisations that they act for."""
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        if user.is_authenticated:
            fields["lab"].queryset = Lab.objects.visible_to(user).select_related("technopark__host")
            fields["organisation"].queryset = Organisation.objects.represented_by(user)
        return fields

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["ends_at"] <= asked["starts_at"]:
            raise serializers.ValidationError({"ends_at": [_("It ends after it begins.")]})
        return asked


class RefusedBookingSerializer(RefusalSerializer):
    alternatives = SpanSerializer(
        many=True, required=False, help_text="Of what is taken: the next times at which it fits in"
    )


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(
        max_length=500, allow_blank=True, default="", help_text="The other side reads it; the host says why"
    )


class DeclineSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=500, help_text="The guest reads it")


class SelectionSerializer(serializers.Serializer):
    """Filters of the list."""

    lab = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_KEY)
    organisation = serializers.SlugField(required=False, help_text="Slug of the guest or the host")
    until = MomentField(required=False, help_text="What begins before it")

    def get_fields(self) -> dict[str, Any]:
        since = MomentField(required=False, help_text="What ends after it")
        return {"from": since, **super().get_fields()}


KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "minLength": 1, "maxLength": 64},
    OpenApiParameter.HEADER,
    required=True,
    description="The same for every try of one request; sent with another content it is refused (409)",
)
ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)
TAKEN = OpenApiExample(
    "Taken",
    {
        "code": "taken",
        "detail": "Свободных мест не хватает.",
        "alternatives": [{"starts_at": "2026-12-16T12:00:00+03:00", "ends_at": "2026-12-16T13:30:00+03:00"}],
    },
)


@extend_schema(tags=["own bookings"])
@extend_schema_view(
    list=extend_schema(
        parameters=[choice("state", "State; repeat it for several", BookingState.values), SelectionSerializer]
    ),
    retrieve=extend_schema(parameters=[ID]),
)
class OwnBookingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Those of the organisations that you act for, and those of others in their laboratories; in the order of time."""

    queryset = Booking.objects.none()
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Booking]:
        own = Booking.objects.visible_to(self.request.user).select_related("lab__technopark__host", "organisation")
        told = ["equipment_times"] if self.action == "list" else ["equipment_times", "moves"]
        return own.prefetch_related(*told)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.action != "list":
            return queryset
        states = self.request.query_params.getlist("state")
        if strangers := ", ".join({*states} - {*BookingState.values}):
            raise serializers.ValidationError({"detail": _("Unknown: %(words)s") % {"words": strangers}})
        serializer = SelectionSerializer(data=self.request.query_params)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        wanted = Q(state__in=states) if states else Q()
        for name, column in (("lab", "lab"), ("from", "span__endswith__gt"), ("until", "span__startswith__lt")):
            if name in asked:
                wanted &= Q((column, asked[name]))
        if slug := asked.get("organisation"):
            wanted &= Q(organisation__slug=slug) | Q(lab__technopark__host__slug=slug)
        return queryset.filter(wanted)

    def get_serializer_class(self) -> type[BookingSerializer]:
        return BookingSerializer if self.action == "list" else OneBookingSerializer

    @extend_schema(
        request=BookingAskedSerializer,
        responses={
            201: OneBookingSerializer,
            409: OpenApiResponse(RefusedBookingSerializer, "A rule forbids it, or it is taken", examples=[TAKEN]),
        },
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Book a lab: confirmed at once, or kept until the host has answered."""
        key, asked = key_of(request.headers), self._asked(BookingAskedSerializer)
        lab, organisation = asked.pop("lab"), asked.pop("organisation")
        starts, ends = asked.pop("starts_at"), asked.pop("ends_at")
        if not can_book_lab(self.person, organisation):
            raise PermissionDenied(_("The head, a coordinator or a teacher of the organisation books."))
        wish = Asked(**asked | {"equipment": tuple(sorted({*asked["equipment"]}))})
        made = book(lab, organisation=organisation, by=self.person, asked=wish, starts=starts, ends=ends, key=key)
        self.kwargs["pk"] = made.pk
        return self._now(status.HTTP_201_CREATED)

    @extend_schema(request=CancelSerializer, parameters=[ID])
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """By the guest, else by the host with a reason; the other side is told. Repeated, it does nothing more."""
        booking, asked = self.get_object(), self._asked(CancelSerializer)
        if can_cancel_booking(self.person, booking):
            cancel(booking, who=Who.GUEST, by=self.person, **asked)
        elif can_decide_booking(self.person, booking):
            cancel(booking, who=Who.HOST, by=self.person, **asked)
        else:
            raise PermissionDenied(_("Whoever has booked it cancels it, or a head or coordinator of guest or host."))
        return self._now()

    @extend_schema(request=None, parameters=[ID])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """By the host, within the term. Repeated, it does nothing more."""
        approve(self._of_host(), by=self.person)
        return self._now()

    @extend_schema(request=DeclineSerializer, parameters=[ID])
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """By the host, with a reason; the time is free again."""
        decline(self._of_host(), by=self.person, **self._asked(DeclineSerializer))
        return self._now()

    @extend_schema(request=None, parameters=[ID])
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, pk: str) -> Response:
        """By any of the guests who books, else by the host; from 15 minutes before its time until its end. Repeated, it
        does nothing more."""
        booking = self.get_object()
        if not can_check_in_booking(self.person, booking):
            raise PermissionDenied(_("Heads, coordinators and teachers of guest or host check it in."))
        who = Who.GUEST if can_book_lab(self.person, booking.organisation) else Who.HOST
        check_in(booking, who=who, by=self.person)
        return self._now()

    # --- Who asks -----------------------------------------------------------------------------------------------

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    def _of_host(self) -> Booking:
        booking = self.get_object()
        if not can_decide_booking(self.person, booking):
            raise PermissionDenied(_("The head or a coordinator of the host decides."))
        return booking

    def _asked(self, asked: type[serializers.Serializer]) -> dict[str, Any]:
        serializer = asked(data=self.request.data, context={"request": self.request})
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _now(self, status_code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_object()).data, status=status_code)
