"""The public register: what is numbered, and what is announced to be signed."""

from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request

from agreements.models import (
    Agreement,
    AgreementKind,
    AgreementState,
    Obligation,
    ObligationState,
    Party,
)
from agreements.models.agreement import LATEST_FIRST
from common.api import Pagination, choice
from common.caching import kept_until_change
from common.public_api import PublicViewSet

PLANNED = "planned-"


class AgreementPartySerializer(serializers.ModelSerializer):
    """``slug`` is there for a party that is in the directory."""

    slug = serializers.SerializerMethodField()
    name = serializers.CharField(source="organisation.short_name")
    name_en = serializers.CharField(source="organisation.short_name_en", allow_blank=True)

    class Meta:
        model = Party
        fields = ["position", "slug", "name", "name_en"]

    def get_slug(self, party: Party) -> str | None:
        return party.organisation.slug if party.organisation.is_published else None


class RegisterSerializer(serializers.ModelSerializer):
    """``reference`` is its number, or a name for what is only planned. ``is_entered``: from paper, so the portal has
    seen none of its signatures."""

    reference = serializers.CharField()
    parent: Any = serializers.SerializerMethodField(help_text="Reference of the agreement that it belongs to")
    parties = AgreementPartySerializer(many=True)
    obligations = serializers.IntegerField(source="promised", help_text="How many things it promises")
    fulfilled = serializers.IntegerField(help_text="Of them, fulfilled and confirmed by the other side")

    class Meta:
        model = Agreement
        fields = [
            "reference",
            "number",
            "own_number",
            "kind",
            "relation",
            "parent",
            "state",
            "subject",
            "subject_en",
            "concluded_on",
            "starts_on",
            "ends_on",
            "ended_on",
            "planned_on",
            "planned_at",
            "is_entered",
            "parties",
            "obligations",
            "fulfilled",
            "updated_at",
        ]

    def get_parent(self, agreement: Agreement) -> str | None:
        parent = agreement.parent
        return parent.number if parent and parent.is_public and parent.number else None


class PromisedSerializer(serializers.ModelSerializer):
    """Who promised it is named by the place among the parties; ``beneficiary`` null: all the others."""

    owner = serializers.SerializerMethodField()
    beneficiary = serializers.SerializerMethodField()

    class Meta:
        model = Obligation
        fields = ["kind", "what", "owner", "beneficiary", "amount", "done", "due_on", "state", "is_late"]

    def get_owner(self, obligation: Obligation) -> int | None:
        return self.context["places"].get(obligation.owner_id)

    def get_beneficiary(self, obligation: Obligation) -> int | None:
        return self.context["places"].get(obligation.beneficiary_id)


class RegisterDetailSerializer(RegisterSerializer):
    promises = serializers.SerializerMethodField()

    class Meta(RegisterSerializer.Meta):
        fields = [*RegisterSerializer.Meta.fields, "promises"]

    @extend_schema_field(PromisedSerializer(many=True))
    def get_promises(self, agreement: Agreement) -> Any:
        places = {party.organisation_id: party.position for party in agreement.parties.all()}
        return PromisedSerializer(agreement.obligations.all(), many=True, context={"places": places}).data


def with_parties(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """Without the columns that nobody is shown, which are most of a row."""
    told = (f"organisation__{name}" for name in ("slug", "short_name", "short_name_en", "is_published"))
    parties = Party.objects.select_related("organisation").only("agreement", "position", *told).order_by("position")
    unread = ("terms", "search_text", "search_vector", "party_cards", "region_codes")
    agreements = agreements.select_related("parent").prefetch_related(Prefetch("parties", parties))
    return agreements.defer(*unread, *(f"parent__{name}" for name in unread))


def counted(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """What each promises, counted for those that are read alone: a join would count for all that were asked for."""
    own = Obligation.objects.filter(agreement=OuterRef("pk")).order_by().values("agreement")
    return agreements.annotate(promised=_number(own), fulfilled=_number(own.filter(state=ObligationState.FULFILLED)))


def _number(obligations: QuerySet) -> Coalesce:
    return Coalesce(Subquery(obligations.annotate(number=Count("pk")).values("number")), 0)


def narrowed(agreements: QuerySet[Agreement], request: Request) -> QuerySet[Agreement]:
    """By kind and state. Raises ValidationError (400) for values nobody knows."""
    for name, choices in (("kind", AgreementKind), ("state", AgreementState)):
        if values := request.query_params.getlist(name):
            if strangers := ", ".join({*values} - {*choices.values}):
                raise serializers.ValidationError({"detail": _("Unknown: %(words)s") % {"words": strangers}})
            agreements = agreements.filter(**{f"{name}__in": values})
    return agreements


FILTERS = [
    choice("kind", "Kind of agreement; repeat it for several", AgreementKind.values),
    choice("state", "State; repeat it for several", AgreementState.values),
]


class RegisterPaginator(Paginator):
    object_list: QuerySet[Agreement]

    @cached_property
    def count(self) -> int:
        """Once until anything public changes: tens of thousands are gone through for it."""
        asked = blake2b(str(self.object_list.query).encode(), digest_size=16).hexdigest()
        return kept_until_change(f"agreements:number:{asked}", self.object_list.count)


class RegisterPagination(Pagination):
    django_paginator_class = RegisterPaginator


@extend_schema(tags=["agreements"])
@extend_schema_view(
    list=extend_schema(
        parameters=[
            *FILTERS,
            OpenApiParameter("year", {"type": "integer", "minimum": 1900, "maximum": 2100}, description="Concluded in"),
            OpenApiParameter("organisation", str, description="Slug of a party"),
        ]
    )
)
class RegisterViewSet(PublicViewSet):
    """The public register, newest first."""

    queryset = Agreement.objects.none()
    pagination_class = RegisterPagination
    lookup_field = "reference"
    lookup_value_regex = "[-a-z0-9]+"

    def get_queryset(self) -> QuerySet[Agreement]:
        shown = counted(with_parties(Agreement.objects.shown()))
        return shown.order_by(*LATEST_FIRST)

    def get_serializer_class(self) -> type[RegisterSerializer]:
        return RegisterSerializer if self.action == "list" else RegisterDetailSerializer

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        asked = self.request.query_params
        found = narrowed(queryset, self.request)
        if year := asked.get("year"):
            found = found.filter(
                concluded_on__year=serializers.IntegerField(min_value=1900, max_value=2100).run_validation(year)
            )
        if slug := asked.get("organisation"):
            found = found.filter(pk__in=Party.objects.filter(organisation__slug=slug).values("agreement"))
        return found

    def get_object(self) -> Agreement:
        reference = self.kwargs["reference"]
        key = reference.removeprefix(PLANNED)
        is_planned = key != reference and key.isdecimal()
        asked = {"number": "", "pk": int(key)} if is_planned else {"number": reference}
        return get_object_or_404(self.get_queryset(), **asked)
