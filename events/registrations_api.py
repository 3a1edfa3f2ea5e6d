"""Registrations of whoever asks, for a program of theirs: the same policies and services as the pages."""

from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import KEY_HEADER, key_of
from events.models import Event, Registration, RegistrationQuestion, RegistrationWay, Ticket, TicketPool
from events.registration_forms import field_of
from events.registrations import Asked, cancel_registration, register_attendee
from members.consents import text_in_force
from members.models import ConsentPurpose, Organisation, User


class RegistrationSerializer(serializers.ModelSerializer):
    """``ticket`` and ``online_link`` are there for whoever is admitted."""

    event = serializers.SlugField(source="event.slug")
    pool = serializers.CharField(source="pool.name")
    organisation = serializers.SlugField(source="organisation.slug", default=None, allow_null=True)
    ticket = serializers.SerializerMethodField(help_text="What the QR code holds")
    online_link = serializers.SerializerMethodField()

    class Meta:
        model = Registration
        fields = ["id", "event", "pool", "organisation", "name", "state", "registered_at", "offer_until", "ticket",
                  "online_link"]  # fmt: skip

    def get_ticket(self, registration: Registration) -> str | None:
        tickets = registration.tickets.all() if registration.is_admitted else []
        return next((ticket.code for ticket in tickets if ticket.removed_at is None), None)

    def get_online_link(self, registration: Registration) -> str:
        return registration.event.online_link if registration.is_admitted else ""


class OneRegistrationSerializer(RegistrationSerializer):
    turn = serializers.IntegerField(allow_null=True, help_text="Place on the waiting list, from 1")

    class Meta(RegistrationSerializer.Meta):
        fields = [*RegistrationSerializer.Meta.fields, "turn"]


class AskedSerializer(serializers.Serializer):
    event = serializers.SlugRelatedField("slug", queryset=Event.objects.none())
    pool = serializers.CharField(help_text="Its name, as the event has it", max_length=100)
    organisation = serializers.SlugRelatedField("slug", queryset=Organisation.objects.none(), default=None)
    answers = serializers.DictField(
        child=serializers.CharField(allow_blank=True), default=dict, help_text="Question → answer, in their own words"
    )
    consent = serializers.IntegerField(
        help_text="The version of the consent text “registration” that the person has read and agreed to"
    )

    def get_fields(self) -> dict[str, Any]:
        """Events that the person sees, and organisations that they act for."""
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        fields["event"].queryset = Event.objects.visible_to(user).filter(registration=RegistrationWay.HERE)
        own = Organisation.objects.represented_by(user) if user.is_authenticated else Organisation.objects.none()
        fields["organisation"].queryset = own
        return fields

    def validate_consent(self, version: int) -> Any:
        text = text_in_force(ConsentPurpose.REGISTRATION)
        if version != text.version:
            raise serializers.ValidationError(_("The text of the consent has changed. Please read it again."))
        return text

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        pool = TicketPool.objects.filter(event=asked["event"], name=asked["pool"]).first()
        if pool is None:
            raise serializers.ValidationError({"pool": [_("This event has no such pool of places.")]})
        return {**asked, "pool": pool, "answers": _checked(asked["answers"], asked["event"])}


def _checked(answers: Mapping[str, str], event: Event) -> dict[str, str]:
    """By the same rules as in the form of the page. Raises ValidationError."""
    kept, problems = {}, {}
    for question in event.questions.all():
        typed = answers.get(question.label, "")
        try:
            cleaned = field_of(question).clean(typed)
        except DjangoValidationError as error:
            problems[question.label] = error.messages
        else:
            is_box = question.type == RegistrationQuestion.Type.CHECK
            kept[question.label] = _("yes") if is_box and cleaned else cleaned
    if problems:
        raise serializers.ValidationError({"answers": problems})
    return {label: answer for label, answer in kept.items() if answer}


KEY = OpenApiParameter(
    KEY_HEADER, str, OpenApiParameter.HEADER, required=True, description="The same for every try of one registration"
)


@extend_schema_view(
    retrieve=extend_schema(parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)]),
    cancel=extend_schema(parameters=[OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)]),
)
class OwnRegistrationViewSet(viewsets.ReadOnlyModelViewSet):
    """Your own registrations and tickets; groups are tended on the pages of the portal."""

    queryset = Registration.objects.none()
    serializer_class = RegistrationSerializer

    def get_queryset(self) -> QuerySet[Registration]:
        standing = Prefetch("tickets", Ticket.objects.standing())
        own = Registration.objects.of_person(self.request.user).filter(group="")
        return own.select_related("event", "pool", "organisation").prefetch_related(standing).order_by("-pk")

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return RegistrationSerializer if self.action == "list" else OneRegistrationSerializer

    @extend_schema(request=AskedSerializer, responses={201: OneRegistrationSerializer}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Register yourself: a place, or one on the waiting list."""
        user, key = cast("User", request.user), key_of(request.headers)
        serializer = AskedSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        typed = serializer.validated_data
        asked = Asked(
            name=user.get_full_name() or user.email,
            email=user.email,
            user=user,
            organisation=typed["organisation"],
            language=user.language,
            answers=typed["answers"],
            consent_text=typed["consent"],
            key=key,
        )
        made = register_attendee(typed["event"], pool=typed["pool"], asked=asked)
        return Response(OneRegistrationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=OneRegistrationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give the place back. Repeated, it does nothing."""
        found = get_object_or_404(self.get_queryset(), pk=pk)
        cancelled = cancel_registration(found, by=cast("User", request.user))
        return Response(OneRegistrationSerializer(cancelled).data)
