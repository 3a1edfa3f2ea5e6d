"""Groups of pupils, for a program of a school: registered, tended and cancelled by those who may do so on the pages."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import LineField, key_of
from common.idempotency import once
from events.api.registrations import ID, KEY, STATE, MovesMixin, OfferedSerializer, StateSerializer
from events.groups.lists import LONGEST, Row, check
from events.models import Registration, Ticket
from events.policies import organisations_with_groups_of
from events.registering.registrations import LARGEST_GROUP, Guest, register_group, remove_guest, replace_guest
from members.models import Organisation


def _at_most() -> str:
    return gettext("A group has %(number)d people at most.") % {"number": LARGEST_GROUP}


class PeopleField(serializers.ListField):
    """Of one group."""

    default_error_messages: ClassVar = {
        "min_length": _("A group has at least one person."),
        "max_length": lazy(_at_most, str)(),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LARGEST_GROUP, **kwargs)


class GuestSerializer(serializers.Serializer):
    """A name and a class; instead of a name it may be a code of your own."""

    name = LineField(max_length=LONGEST["name"])
    grade = LineField(max_length=LONGEST["grade"], allow_blank=True, default="")

    @property
    def guest(self) -> Guest:
        return Guest(**self.validated_data)


class GroupTicketSerializer(serializers.ModelSerializer):
    """One of a group. ``code`` is there for whoever is admitted."""

    code = serializers.SerializerMethodField(help_text="What the QR code of the ticket holds")
    parent_consent = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = ["id", "name", "grade", "code", "parent_consent"]

    def get_code(self, ticket: Ticket) -> str | None:
        return ticket.code if ticket.registration.is_admitted else None

    @extend_schema_field({"type": "string", "enum": ["asked", "paper", "granted", "refused"], "nullable": True})
    def get_parent_consent(self, ticket: Ticket) -> str | None:
        return ticket.asked_parent.state if ticket.asked_parent else None


class GroupSerializer(StateSerializer):
    """``code`` is there for whoever is admitted."""

    code = serializers.SerializerMethodField(help_text="What the QR code of the whole group holds")
    rest = serializers.SerializerMethodField(help_text="The other part of a group that could not come in whole")

    class Meta:
        model = Registration
        fields = ["id", "event", "pool", "organisation", "group", "places", *STATE, "code", "rest"]

    def get_code(self, registration: Registration) -> str | None:
        return registration.group_code if registration.is_admitted else None

    def get_rest(self, registration: Registration) -> int | None:
        return registration.part_of_id or next((part.pk for part in registration.parts.all()), None)


class OneGroupSerializer(GroupSerializer):
    turn = serializers.IntegerField(allow_null=True, help_text="Place on the waiting list, from 1")
    guests = GroupTicketSerializer(source="tickets", many=True)

    class Meta(GroupSerializer.Meta):
        fields = [*GroupSerializer.Meta.fields, "turn", "guests"]


class MadeGroupSerializer(serializers.Serializer):
    """One registration; or two, of which the second is the rest that waits."""

    registrations = OneGroupSerializer(many=True)


class GroupAskedSerializer(OfferedSerializer):
    organisation = serializers.SlugRelatedField(
        "slug", queryset=Organisation.objects.none(), help_text="In which you are head, coordinator or teacher"
    )
    group = LineField(max_length=Registration._meta.get_field("group").max_length, help_text="As «8А»")
    guests = PeopleField(child=GuestSerializer(), min_length=1)
    if_few = serializers.ChoiceField(
        ["all", "part"],
        default="all",
        help_text="If there are fewer places: the whole group waits, or as many as there are places for come now",
    )

    def organisations_of(self, user: Any) -> QuerySet[Organisation]:
        return organisations_with_groups_of(user)

    def registered(self) -> Registration:
        """Raises ValidationError where the list names somebody twice, or who is registered already."""
        typed, user = self.validated_data, self.context["request"].user
        rows = [Row(number, Guest(**guest)) for number, guest in enumerate(typed["guests"], start=1)]
        if not check(rows, event=typed["event"], organisation=typed["organisation"]):
            problems: Any = {row.number - 1: {"name": row.problems} for row in rows if row.problems}
            raise serializers.ValidationError({"guests": problems})
        return register_group(
            typed["event"],
            pool=typed["pool"],
            group=typed["group"],
            guests=[row.guest for row in rows],
            asked=self.to_ask(user.get_full_name() or user.email),
            if_few=typed["if_few"],
        )[0]


TICKET = OpenApiParameter("ticket", OpenApiTypes.INT, OpenApiParameter.PATH, description="``id`` of one of the guests")
A_CLASS = OpenApiExample(
    "A class",
    {
        "event": "forum-2026",
        "pool": "Очно",
        "organisation": "lyceum",
        "group": "8А",
        "guests": [{"name": "Белова Анна", "grade": "8А"}, {"name": "Ученик 17", "grade": "8А"}],
        "if_few": "all",
        "consent": 1,
    },
    request_only=True,
)


@extend_schema(tags=["groups"])
@extend_schema_view(retrieve=extend_schema(parameters=[ID]))
class OwnGroupViewSet(MovesMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Groups of the organisations in which you are head, coordinator or teacher."""

    queryset = Registration.objects.none()
    limited: ClassVar = ("create", "replace")

    def get_queryset(self) -> QuerySet[Registration]:
        schools = organisations_with_groups_of(self.request.user).order_by()
        groups = Registration.objects.exclude(group="").filter(organisation__in=schools)
        standing = Prefetch("tickets", Ticket.objects.standing().select_related("parent_consent"))
        found = groups.select_related("event", "pool", "organisation").order_by("-pk").prefetch_related("parts")
        return found if self.action == "list" else found.prefetch_related(standing)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return GroupSerializer if self.action == "list" else OneGroupSerializer

    @extend_schema(
        request=GroupAskedSerializer,
        responses={201: MadeGroupSerializer},
        parameters=[KEY],
        examples=[A_CLASS],
    )
    def create(self, request: Request) -> Response:
        """Places for all of the group or for none; with ``part`` two registrations may come of it, the second of which
        waits."""
        key = key_of(request.headers)
        serializer = GroupAskedSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        made = once(
            serializer.registered,
            model=Registration,
            scope=f"group by {self.person.pk}",
            key=key,
            asked=serializer.initial_data,
        )
        parts = self.get_queryset().filter(pk__in=[made.pk, *made.parts.values_list("pk", flat=True)]).order_by("pk")
        return Response(MadeGroupSerializer({"registrations": parts}).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=GuestSerializer, responses={201: GroupTicketSerializer}, parameters=[ID, TICKET, KEY])
    @action(detail=True, methods=["post"], url_path="guests/(?P<ticket>[0-9]+)/replace")
    def replace(self, request: Request, pk: str, ticket: str) -> Response:
        """Another comes in place of this one: the place stays, the ticket is a new one."""
        replaced = get_object_or_404(Ticket.objects.filter(registration=self.get_object()), pk=ticket)
        key = key_of(request.headers)
        serializer = GuestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = once(
            lambda: replace_guest(replaced, guest=serializer.guest, by=self.person),
            model=Ticket,
            scope=f"guest by {self.person.pk}",
            key=key,
            asked={"ticket": replaced.pk, "guest": serializer.validated_data},
        )
        return Response(GroupTicketSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, parameters=[ID, TICKET])
    @action(detail=True, methods=["post"], url_path="guests/(?P<ticket>[0-9]+)/remove")
    def remove(self, request: Request, pk: str, ticket: str) -> Response:
        """This one does not come; with the last of them the registration is cancelled. Repeated, it does nothing."""
        taken = get_object_or_404(Ticket.objects.filter(registration=self.get_object()), pk=ticket)
        if taken.removed_at is None:
            remove_guest(taken, by=self.person)
        return self._now()
