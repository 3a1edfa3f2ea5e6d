"""Outages of the machines of the hosts that whoever asks acts for: the same policies and services as the pages."""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import LineField, MomentField, key_of
from common.schema import RefusalSerializer
from members.models import Organisation, User
from technoparks.api.own import ID, KEY, LONGEST_KEY
from technoparks.models import Equipment, Outage, OutageKind
from technoparks.outage.outages import Choices, declare_outage, end_outage
from technoparks.outage.words import Fate
from technoparks.policies import can_tend_technopark


class OwnOutageSerializer(serializers.ModelSerializer):
    """Without an end it lasts until further notice."""

    lab = serializers.IntegerField(source="equipment.lab_id")
    technopark = serializers.SlugField(source="equipment.lab.technopark.slug")
    host = serializers.SlugField(source="equipment.lab.technopark.host.slug")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Outage
        fields = [
            "id",
            "equipment",
            "lab",
            "technopark",
            "host",
            "kind",
            "reason",
            "starts_at",
            "ends_at",
            "declared_at",
            "ended_at",
        ]


class ChoiceSerializer(serializers.Serializer):
    """Either ``machine`` or ``fate``."""

    booking = serializers.IntegerField(min_value=1, max_value=LONGEST_KEY)
    machine = serializers.IntegerField(
        min_value=1, max_value=LONGEST_KEY, allow_null=True, default=None, help_text="It moves there"
    )
    fate = serializers.ChoiceField(Fate.choices, allow_null=True, default=None, help_text="Of one that moves nowhere")

    def validate(self, choice: dict[str, Any]) -> dict[str, Any]:
        if (choice["machine"] is None) == (choice["fate"] is None):
            raise serializers.ValidationError(_("Name a machine, or say what becomes of it otherwise."))
        return choice


class OutageAskedSerializer(serializers.Serializer):
    equipment = serializers.PrimaryKeyRelatedField(queryset=Equipment.objects.none())
    kind = serializers.ChoiceField(OutageKind.choices)
    reason = LineField(max_length=200, help_text="What is wrong; guests and visitors of the portal read it")
    starts_at = MomentField(allow_null=True, default=None, help_text="Empty: from now on")
    ends_at = MomentField(allow_null=True, default=None, help_text="Empty: until further notice")
    choices = serializers.ListField(
        child=ChoiceSerializer(), default=list, max_length=500, help_text="What becomes of each booking that is hit"
    )

    def get_fields(self) -> dict[str, Any]:
        """Machines of the hosts that the person acts for."""
        fields: dict[str, Any] = super().get_fields()
        user = self.context["request"].user
        if user.is_authenticated:
            own = Equipment.objects.filter(lab__technopark__host__in=Organisation.objects.represented_by(user))
            fields["equipment"].queryset = own.select_related("kind", "lab__technopark__host")
        return fields


class HitSerializer(serializers.Serializer):
    booking = serializers.IntegerField()
    title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    machines = serializers.ListField(child=serializers.IntegerField(), help_text="To any of them it can move")
    may_cancel = serializers.BooleanField()


class RefusedOutageSerializer(RefusalSerializer):
    bookings = HitSerializer(
        many=True, required=False, help_text="Of what is to be reviewed: all that are hit, as it is now"
    )


REVIEW = OpenApiExample(
    "To be reviewed",
    {
        "code": "review_anew",
        "detail": "Отключение затрагивает бронирования, о которых вы не решили.",
        "bookings": [
            {
                "booking": 17,
                "title": "8 «Б», робототехника",
                "starts_at": "2026-12-16T12:00:00+03:00",
                "ends_at": "2026-12-16T13:30:00+03:00",
                "machines": [4, 5],
                "may_cancel": True,
            }
        ],
    },
)


@extend_schema(tags=["own bookings"])
@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("ahead", bool, description="Only those going on or to come")]),
    retrieve=extend_schema(parameters=[ID]),
)
class OwnOutageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Outages of the machines of those that you act for, the latest first."""

    queryset = Outage.objects.none()
    serializer_class = OwnOutageSerializer
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Outage]:
        hosts = Organisation.objects.represented_by(self.request.user).values("pk")
        own = Outage.objects.filter(equipment__lab__technopark__host__in=hosts)
        return own.select_related("equipment__kind", "equipment__lab__technopark__host")

    def filter_queryset(self, queryset: Any) -> QuerySet:
        asked: Any = self.request.query_params if self.action == "list" else {}
        return queryset.ahead() if asked.get("ahead") in ("true", "1") else queryset

    @extend_schema(
        request=OutageAskedSerializer,
        responses={
            201: OwnOutageSerializer,
            409: OpenApiResponse(RefusedOutageSerializer, "Bookings are to be reviewed", examples=[REVIEW]),
        },
        parameters=[KEY],
    )
    def create(self, request: Request) -> Response:
        """Say that a machine is out of order. Where it hits bookings, they are named (409); sent again with what is to
        become of each of them, it is declared, and each person hears once."""
        key = key_of(request.headers)
        serializer = OutageAskedSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        asked = dict(serializer.validated_data)
        machine = asked.pop("equipment")
        self._check_tends(machine)
        choices: Choices = {
            one["booking"]: one["machine"] if one["fate"] is None else Fate(one["fate"]) for one in asked.pop("choices")
        }
        starts, ends = asked.pop("starts_at"), asked.pop("ends_at")
        made = declare_outage(machine, **asked, starts=starts, ends=ends, choices=choices, by=self.person, key=key)
        return self._now(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, parameters=[ID])
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """It works again; what has not begun is called off. Repeated, it does nothing more."""
        outage = self.get_object()
        self._check_tends(outage.equipment)
        return self._now(end_outage(outage, by=self.person))

    @property
    def person(self) -> User:
        return cast("User", self.request.user)

    def _check_tends(self, machine: Equipment) -> None:
        if not can_tend_technopark(self.person, machine.lab.technopark):
            raise PermissionDenied(_("The head and coordinators of the host tend its laboratories."))

    def _now(self, outage: Outage, status_code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=outage.pk)).data, status=status_code)
