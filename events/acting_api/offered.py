"""What is asked of whoever registers, and what they may have at this moment: the form of the page, for a program."""

import math
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from events.models import Event, PoolKind, RegistrationQuestion, RegistrationWay
from events.offers import offers_of, questions_of
from members.consents import text_in_force
from members.models import ConsentPurpose, ConsentText, Organisation


class PlacesSerializer(serializers.Serializer):
    """A pool of places, as it is for you."""

    name = serializers.CharField(source="pool.name")
    name_en = serializers.CharField(source="pool.name_en")
    kind = serializers.ChoiceField(PoolKind.choices, source="pool.kind")
    needs_approval = serializers.BooleanField(source="pool.needs_approval")
    takes_groups = serializers.BooleanField(source="pool.takes_groups")
    free = serializers.SerializerMethodField(help_text="null: as many as wish to come")
    kept = serializers.IntegerField(help_text="Of them, kept for an organisation that you act for")
    turn = serializers.IntegerField(help_text="On the waiting list, of whoever comes next and finds no place")

    def get_free(self, offer: Any) -> int | None:
        return None if offer.free == math.inf else max(0, offer.free)


class QuestionSerializer(serializers.ModelSerializer):
    choices = serializers.SerializerMethodField()
    choices_en = serializers.SerializerMethodField()

    class Meta:
        model = RegistrationQuestion
        fields = ["label", "label_en", "type", "choices", "choices_en", "is_required"]

    def get_choices(self, question: RegistrationQuestion) -> list[str]:
        return question.choices.splitlines()

    def get_choices_en(self, question: RegistrationQuestion) -> list[str]:
        return question.choices_en.splitlines()


class ConsentTextSerializer(serializers.ModelSerializer):
    class Meta:
        model = ConsentText
        fields = ["version", "text", "text_en"]


class OfferedFormSerializer(serializers.ModelSerializer):
    """``consent`` is to be read by the person; its version is sent along with the registration."""

    is_open = serializers.BooleanField(source="takes_registrations")
    closes_at = serializers.DateTimeField(source="registration_closes_at", allow_null=True)
    pools = PlacesSerializer(many=True)
    questions = QuestionSerializer(many=True)
    consent = ConsentTextSerializer()

    class Meta:
        model = Event
        fields = ["is_open", "opens_at", "closes_at", "waiting_rule", "pools", "questions", "consent"]


ASKED = OpenApiExample(
    "A forum",
    {
        "is_open": True,
        "opens_at": None,
        "closes_at": "2026-12-16T05:00:00Z",
        "waiting_rule": "strict",
        "pools": [
            {"name": "Очно", "name_en": "In person", "kind": "in_person", "needs_approval": False,
             "takes_groups": True, "free": 12, "kept": 5, "turn": 1}
        ],
        "questions": [
            {"label": "Размер футболки", "label_en": "Size", "type": "choice", "choices": ["S", "M"],
             "choices_en": ["S", "M"], "is_required": True}
        ],
        "consent": {"version": 1, "text": "<p>Я соглашаюсь…</p>", "text_en": "<p>I agree…</p>"},
    },
    response_only=True,
)  # fmt: skip


@extend_schema(tags=["registrations"])
class OfferedView(generics.GenericAPIView):
    """What an event asks of whoever registers, and which places are free."""

    permission_classes = [permissions.AllowAny]
    queryset = Event.objects.none()
    serializer_class = OfferedFormSerializer
    pagination_class = None
    lookup_field = "slug"

    @extend_schema(examples=[ASKED])
    def get(self, request: Request, slug: str) -> Response:
        """Pools of places with what is free for you, the organiser's questions, the consent to be read."""
        takes = Event.objects.visible_to(request.user).filter(registration=RegistrationWay.HERE)
        event = get_object_or_404(takes, slug=slug)
        own = Organisation.objects.represented_by(request.user) if request.user.is_authenticated else []
        shown = {
            **{name: getattr(event, name) for name in ("takes_registrations", "opens_at", "registration_closes_at")},
            "waiting_rule": event.waiting_rule,
            "pools": offers_of(event, own=[one.pk for one in own]),
            "questions": questions_of(event),
            "consent": text_in_force(ConsentPurpose.REGISTRATION),
        }
        return Response(OfferedFormSerializer(shown).data)
