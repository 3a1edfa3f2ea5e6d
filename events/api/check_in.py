"""At the door, for a program that reads tickets: the same services as the page at the door.

A request names a ticket; the portal says on which day of the event it came, and of that day one entry is the first. So
every request may be sent again until it is answered. A scanner that works without a network will send besides when it
has read the ticket: the day will follow from that, and the same ticket on the same day stays one entry.
"""

import hashlib
from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import LineField, key_of
from common.models import ViewKind
from common.staff_views import note_view
from events.api.groups import PeopleField
from events.api.registrations import KEY
from events.door.check_ins import Entry, attendance, check_in, check_in_group, find_people, group_of, people_of
from events.door.walk_ins import admit_walk_in, undo_entrance
from events.models import CheckIn, Event, Registration, Ticket, TicketPool
from events.models.registration import day_of
from events.policies import can_check_in
from members.models import User

LARGEST_KEY = 2**63 - 1
LONGEST_CODE = 40  # with what is typed between its letters


class AttendanceSerializer(serializers.Serializer):
    """Of this day, by the clock of the place."""

    day = serializers.DateField()
    came = serializers.IntegerField()
    expected = serializers.IntegerField(help_text="Who may come in at all")


class CodeSerializer(serializers.Serializer):
    code = LineField(
        max_length=LONGEST_CODE, help_text="As it was read or typed: capitals, hyphens and spaces do not matter"
    )


class GateSerializer(serializers.Serializer):
    gate = LineField(
        max_length=CheckIn._meta.get_field("gate").max_length,
        allow_blank=True,
        default="",
        help_text="The entrance; it is told to whoever reads the same ticket elsewhere",
    )


class ScanSerializer(GateSerializer, CodeSerializer):
    pass


class GroupCameSerializer(GateSerializer, CodeSerializer):
    """``code`` is that of the group."""

    tickets = PeopleField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_KEY),
        help_text="``id`` of those who have come; who was noted before stays noted",
    )


class WordsSerializer(serializers.Serializer):
    words = LineField(max_length=150, help_text="Parts of the name or of the group")


class WalkInSerializer(GateSerializer):
    name = LineField(max_length=150)
    pool = serializers.CharField(max_length=100, help_text="Its name, as the event has it")


class UndoneSerializer(serializers.Serializer):
    is_undone = serializers.BooleanField(help_text="False: there was no entry today")


class EnteredSerializer(serializers.ModelSerializer):
    class Meta:
        model = CheckIn
        fields = ["day", "at", "gate"]


class GuestAtDoorSerializer(serializers.ModelSerializer):
    """``entered``: today, or null. ``lacks_consent``: a pupil whose parents have not agreed yet."""

    group = serializers.CharField(source="registration.group")
    organisation = serializers.CharField(source="registration.organisation.title", default=None, allow_null=True)
    lacks_consent = serializers.BooleanField()
    entered = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = ["id", "code", "name", "grade", "group", "organisation", "lacks_consent", "entered"]

    @extend_schema_field(EnteredSerializer(allow_null=True))
    def get_entered(self, ticket: Any) -> Any:
        return EnteredSerializer(ticket.entries[0]).data if ticket.entries else None


class EntrySerializer(serializers.Serializer):
    """``is_first`` is false for a ticket that was read before: its ``entered`` says when, and at which gate."""

    is_first = serializers.BooleanField()
    guest = GuestAtDoorSerializer()


class GroupAtDoorSerializer(serializers.Serializer):
    """People who come together, to be ticked."""

    code = serializers.CharField(source="group.group_code")
    group = serializers.CharField(source="group.group")
    organisation = serializers.CharField(source="group.organisation.title", default=None, allow_null=True)
    came = serializers.IntegerField()
    guests = GuestAtDoorSerializer(many=True)


class ScannedSerializer(serializers.Serializer):
    """One of the two: a ticket was read and is noted, or the code of a group, of whom nobody is noted yet."""

    entry = EntrySerializer(allow_null=True)
    group = GroupAtDoorSerializer(allow_null=True)


PERSON = {
    "id": 12,
    "code": "7KQ2MZPX4A",
    "name": "Белова Анна",
    "grade": "8А",
    "group": "8А",
    "organisation": "Лицей",
    "lacks_consent": False,
    "entered": {"day": "2026-12-16", "at": "2026-12-16T04:41:07Z", "gate": "Главный вход"},
}
SCAN = OpenApiExample("A ticket", {"code": "7KQ2M-ZPX4A", "gate": "Двор"}, request_only=True)
READ = OpenApiExample("First", {"entry": {"is_first": True, "guest": PERSON}, "group": None}, response_only=True)
READ_AGAIN = OpenApiExample(
    "Again, at another gate", {"entry": {"is_first": False, "guest": PERSON}, "group": None}, response_only=True
)
READ_GROUP = OpenApiExample(
    "The code of a group",
    {"entry": None, "group": {"code": "9XW3RTKM2C", "group": "8А", "organisation": "Лицей", "came": 0,
                              "guests": [{**PERSON, "entered": None}]}},
    response_only=True,
)  # fmt: skip
GROUP_CAME = OpenApiExample("A class", {"code": "9XW3R-TKM2C", "tickets": [12, 13], "gate": ""}, request_only=True)


@extend_schema(tags=["check-in"])
class CheckInViewSet(viewsets.ViewSet):
    """For those who may stand at the door of the event."""

    @extend_schema(responses=AttendanceSerializer)
    def attendance(self, request: Request, slug: str) -> Response:
        """How many have come today, of how many who may."""
        event = self._event(slug)
        count = attendance(event)
        shown = {"day": day_of(event, timezone.now()), "came": count.came, "expected": count.expected}
        return Response(AttendanceSerializer(shown).data)

    @extend_schema(request=ScanSerializer, responses=ScannedSerializer, examples=[SCAN, READ, READ_AGAIN, READ_GROUP])
    def scan(self, request: Request, slug: str) -> Response:
        """Note that whoever has this ticket has come; of a group, see who belongs to it. May be sent again."""
        event, asked = self._event(slug), self._asked(ScanSerializer)
        if group := group_of(event, code=asked["code"]):
            return Response(ScannedSerializer({"entry": None, "group": self._group(group, event)}).data)
        entry = check_in(event, by=self.person, **asked)
        return Response(ScannedSerializer({"entry": _entry(entry), "group": None}).data)

    @extend_schema(request=GroupCameSerializer, responses=GroupAtDoorSerializer, examples=[GROUP_CAME])
    def group(self, request: Request, slug: str) -> Response:
        """Note who of a group has come. May be sent again, and with others of them."""
        event, asked = self._event(slug), self._asked(GroupCameSerializer)
        group = group_of(event, code=asked["code"])
        if group is None:
            raise NotFound
        check_in_group(event, group=group, tickets=asked["tickets"], by=self.person, gate=asked["gate"])
        return Response(GroupAtDoorSerializer(self._group(group, event)).data)

    @extend_schema(request=WordsSerializer, responses=GuestAtDoorSerializer(many=True))
    def search(self, request: Request, slug: str) -> Response:
        """Who may come in and is called so, twenty at most. By POST, so that names stand in no log of addresses."""
        event, asked = self._event(slug), self._asked(WordsSerializer)
        self._note()
        return Response(GuestAtDoorSerializer(find_people(event, asked["words"]), many=True).data)

    @extend_schema(request=CodeSerializer, responses=UndoneSerializer)
    def undo(self, request: Request, slug: str) -> Response:
        """Take back today’s entry of the wrong one. Whoever had come without a ticket gives the place back."""
        event, asked = self._event(slug), self._asked(CodeSerializer)
        return Response({"is_undone": undo_entrance(event, code=asked["code"], by=self.person)})

    @extend_schema(request=WalkInSerializer, responses={201: EntrySerializer}, parameters=[KEY])
    def walk_in(self, request: Request, slug: str) -> Response:
        """Somebody has come without having registered: a place if one is free, and the entry noted."""
        event, key, asked = self._event(slug), key_of(request.headers), self._asked(WalkInSerializer)
        pool = TicketPool.objects.filter(event=event, name=asked["pool"]).first()
        if pool is None:
            raise serializers.ValidationError({"pool": [_("This event has no such pool of places.")]})
        once = _own_key(self.person, key)
        entry = admit_walk_in(event, pool=pool, name=asked["name"], key=once, by=self.person, gate=asked["gate"])
        return Response(EntrySerializer(_entry(entry)).data, status=status.HTTP_201_CREATED)

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    def _event(self, slug: str) -> Event:
        event = get_object_or_404(Event.objects.visible_to(self.person), slug=slug)
        if not can_check_in(self.person, event):
            raise NotFound
        return event

    def _asked(self, serializer_class: type[serializers.Serializer]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _group(self, group: Registration, event: Event) -> dict[str, Any]:
        self._note()
        guests = people_of(event, group)
        return {"group": group, "came": sum(bool(one.entries) for one in guests), "guests": guests}  # type: ignore[attr-defined]

    def _note(self) -> None:
        """Of the staff it is kept that they have looked at names of pupils."""
        if self.person.is_staff:
            note_view(Ticket, staff=self.person, person=None, kind=ViewKind.PAGE, address=self.request.path)


def _entry(entry: Entry) -> dict[str, Any]:
    guest: Any = entry.check_in.ticket
    guest.entries = [entry.check_in]
    return {"is_first": entry.is_first, "guest": guest}


def _own_key(person: User, key: str) -> str:
    """What one program calls its request is nobody else's."""
    return hashlib.sha256(f"door {person.pk} {key}".encode()).hexdigest()
