"""Registrations of whoever asks, for a program of theirs: the same policies and services as the pages."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from common.api import KEY_HEADER, LineField, key_of
from common.idempotency import once
from common.limits import ScopeThrottle
from events.models import Event, Registration, RegistrationQuestion, RegistrationWay, Ticket, TicketPool
from events.registering.forms import field_of
from events.registering.registrations import Asked, accept_offer, cancel_registration, register_attendee, say_coming
from members.consents.services import text_in_force
from members.models import ConsentPurpose, Organisation, User

STATE = ["state", "registered_at", "offer_until", "asked_at", "coming_at", "answer_by", "online_link"]


class StateSerializer(serializers.ModelSerializer):
    """How a registration stands. ``online_link`` is there for whoever is admitted."""

    event = serializers.SlugField(source="event.slug")
    pool = serializers.CharField(source="pool.name")
    organisation = serializers.SlugField(source="organisation.slug", default=None, allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True, help_text="When it was asked whether they will come")
    answer_by = serializers.DateTimeField(
        allow_null=True, help_text="The place goes to the next then unless you say that you are coming"
    )
    online_link = serializers.SerializerMethodField()

    def get_online_link(self, registration: Registration) -> str:
        return registration.event.online_link if registration.is_admitted else ""


class RegistrationSerializer(StateSerializer):
    """``ticket`` is there for whoever is admitted."""

    ticket = serializers.SerializerMethodField(help_text="What the QR code holds")

    class Meta:
        model = Registration
        fields = ["id", "event", "pool", "organisation", "name", *STATE, "ticket"]

    def get_ticket(self, registration: Registration) -> str | None:
        tickets = registration.tickets.all() if registration.is_admitted else []
        return next((ticket.code for ticket in tickets), None)


class OneRegistrationSerializer(RegistrationSerializer):
    turn = serializers.IntegerField(allow_null=True, help_text="Place on the waiting list, from 1")

    class Meta(RegistrationSerializer.Meta):
        fields = [*RegistrationSerializer.Meta.fields, "turn"]


class OfferedSerializer(serializers.Serializer):
    """What is asked of whoever registers; see «registration» of the event."""

    event = serializers.SlugRelatedField("slug", queryset=Event.objects.none())
    pool = serializers.CharField(help_text="Its name, as the event has it", max_length=100)
    organisation = serializers.SlugRelatedField(
        "slug", queryset=Organisation.objects.none(), allow_null=True, default=None, help_text="You come from it"
    )
    answers = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        default=dict,
        help_text="Question → answer, in their own words; to a box “yes” or “no”",
    )
    consent = serializers.IntegerField(
        help_text="The version of the consent text “registration” that the person has read and agreed to"
    )

    def get_fields(self) -> dict[str, Any]:
        """Events that the person sees, and organisations that they act for."""
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        fields["event"].queryset = Event.objects.visible_to(user).filter(registration=RegistrationWay.HERE)
        fields["organisation"].queryset = self.organisations_of(user)
        return fields

    def organisations_of(self, user: Any) -> QuerySet[Organisation]:
        return Organisation.objects.represented_by(user) if user.is_authenticated else Organisation.objects.none()

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

    def to_ask(self, name: str) -> Asked:
        """The key is kept apart: it tells the requests of one program from each other, and not those of an event."""
        user, typed = self.context["request"].user, self.validated_data
        return Asked(
            name=name,
            email=user.email,
            user=user,
            organisation=typed["organisation"],
            language=user.language,
            answers=typed["answers"],
            consent_text=typed["consent"],
        )


class AskedSerializer(OfferedSerializer):
    name = LineField(
        max_length=150, default="", allow_blank=True, help_text="Asked for only where your account has none"
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = self.context["request"].user.get_full_name() or asked["name"]
        if not name:
            raise serializers.ValidationError({"name": [serializers.Field.default_error_messages["required"]]})
        return {**super().validate(asked), "name": name}


def _checked(answers: Mapping[str, str], event: Event) -> dict[str, str]:
    """By the same rules as in the form of the page. Raises ValidationError."""
    kept, problems = {}, dict[str, Any]()
    for question in event.questions.all():
        typed = answers.get(question.label, "")
        is_box = question.type == RegistrationQuestion.Type.CHECK
        try:
            cleaned = field_of(question).clean(_is_ticked(typed) if is_box else typed)
        except DjangoValidationError as error:
            problems[question.label] = error.messages
        except serializers.ValidationError as error:
            problems[question.label] = error.detail
        else:
            kept[question.label] = _("yes") if is_box and cleaned else cleaned
    if problems:
        raise serializers.ValidationError({"answers": problems})
    return {label: answer for label, answer in kept.items() if answer}


def _is_ticked(said: str) -> bool:
    """Raises ValidationError for what is neither “yes” nor “no”."""
    said = said.strip().lower()
    return serializers.BooleanField().run_validation({"": "no", "да": "yes", "нет": "no"}.get(said, said))


KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "minLength": 1, "maxLength": 64},
    OpenApiParameter.HEADER,
    required=True,
    description="The same for every try of one request; sent with another content it is refused (409)",
)
ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)


class MovesMixin(viewsets.GenericViewSet):
    """What whoever has registered may do with it. Repeated, each of them does nothing more."""

    lookup_value_regex = "[0-9]+"
    limited: ClassVar[tuple[str, ...]] = ("create",)

    def get_throttles(self) -> list[BaseThrottle]:
        """As on the page: so many registrations from one network address."""
        ours = [ScopeThrottle("register")] if self.action in self.limited else []
        return [*super().get_throttles(), *ours]

    @extend_schema(request=None, parameters=[ID])
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Take the place that is offered, within the term."""
        accept_offer(self.get_object(), by=self.person)
        return self._now()

    @extend_schema(request=None, parameters=[ID])
    @action(detail=True, methods=["post"])
    def coming(self, request: Request, pk: str) -> Response:
        """The answer to the question whether you will come."""
        say_coming(self.get_object())
        return self._now()

    @extend_schema(request=None, parameters=[ID])
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Give the place back, or decline the one that is offered."""
        cancel_registration(self.get_object(), by=self.person)
        return self._now()

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    def _now(self, status_code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_object()).data, status=status_code)


ALONE = OpenApiExample(
    "By oneself",
    {"event": "forum-2026", "pool": "Очно", "organisation": None, "answers": {"Размер футболки": "M"}, "consent": 1},
    request_only=True,
)


@extend_schema(tags=["registrations"])
@extend_schema_view(list=extend_schema(), retrieve=extend_schema(parameters=[ID]))
class OwnRegistrationViewSet(MovesMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Your own registrations and tickets; for those of groups see «groups»."""

    queryset = Registration.objects.none()

    def get_queryset(self) -> QuerySet[Registration]:
        standing = Prefetch("tickets", Ticket.objects.standing())
        own = Registration.objects.of_person(self.request.user).filter(group="")
        return own.select_related("event", "pool", "organisation").prefetch_related(standing).order_by("-pk")

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return RegistrationSerializer if self.action == "list" else OneRegistrationSerializer

    @extend_schema(
        request=AskedSerializer,
        responses={201: OneRegistrationSerializer},
        parameters=[KEY],
        examples=[ALONE],
    )
    def create(self, request: Request) -> Response:
        """Register yourself: a place, or one on the waiting list. Whoever is registered already gets that one."""
        key = key_of(request.headers)
        serializer = AskedSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        typed = serializer.validated_data
        asked = serializer.to_ask(typed["name"])
        made = once(
            lambda: register_attendee(typed["event"], pool=typed["pool"], asked=asked),
            model=Registration,
            scope=f"registration of {self.person.pk}",
            key=key,
            asked=serializer.initial_data,
        )
        self.kwargs["pk"] = made.pk
        return self._now(status.HTTP_201_CREATED)
