"""The organisations that whoever asks acts for, and the people who act there."""

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import KEY_HEADER, key_of
from members.invitations import invite_once
from members.membership_api import OwnMembershipSerializer, own_membership
from members.models import Invitation, Organisation, Representative, User
from members.policies import can_invite_person, tended_roles


class OwnOrganisationSerializer(serializers.ModelSerializer):
    """An organisation, and the role in which you act for it."""

    slug = serializers.SlugField(source="organisation.slug")
    name = serializers.CharField(source="organisation.short_name")
    kind = serializers.CharField(source="organisation.kind")

    class Meta:
        model = Representative
        fields = ["slug", "name", "kind", "role", "position", "since"]


class ActingSerializer(serializers.ModelSerializer):
    person = serializers.CharField(source="user")

    class Meta:
        model = Representative
        fields = ["person", "role", "position", "since"]


class InvitationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invitation
        fields = ["email", "role", "position", "language", "expires_at"]
        read_only_fields = ["expires_at"]


class PeopleSerializer(serializers.Serializer):
    """Invitations are shown to those who invite."""

    acting = ActingSerializer(many=True)
    invitations = InvitationSerializer(many=True)


@extend_schema(tags=["own organisations"])
class OwnOrganisationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Your own: what you act for now."""

    queryset = Representative.objects.none()
    serializer_class = OwnOrganisationSerializer
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Representative]:
        own = Representative.objects.active().filter(user=cast("User", self.request.user))
        return own.select_related("organisation").order_by("organisation__sort_name")

    @extend_schema(parameters=[OpenApiParameter("slug", str, OpenApiParameter.PATH)])
    @extend_schema(methods=["GET"], responses=PeopleSerializer)
    @extend_schema(
        methods=["POST"],
        request=InvitationSerializer,
        responses={201: InvitationSerializer},
        parameters=[
            OpenApiParameter(
                KEY_HEADER,
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="The same for every try of one invitation",
            )
        ],
    )
    @action(detail=True, methods=["get", "post"])
    def people(self, request: Request, slug: str) -> Response:
        """Who acts for the organisation; POST invites somebody."""
        organisation = get_object_or_404(Organisation.objects.represented_by(cast("User", request.user)), slug=slug)
        if request.method == "POST":
            return self._invited(request, organisation)
        people: dict[str, Any] = {
            "acting": organisation.representatives.active().select_related("user"),
            "invitations": organisation.invitations.open() if tended_roles(request.user, organisation) else [],
        }
        return Response(PeopleSerializer(people).data)

    @extend_schema(parameters=[OpenApiParameter("slug", str, OpenApiParameter.PATH)], responses=OwnMembershipSerializer)
    @action(detail=True)
    def membership(self, request: Request, slug: str) -> Response:
        """How the organisation stands, what it has paid and owes, its certificates; for all who act for it."""
        organisation = get_object_or_404(Organisation.objects.represented_by(cast("User", request.user)), slug=slug)
        return Response(own_membership(organisation, request))

    def _invited(self, request: Request, organisation: Organisation) -> Response:
        if not tended_roles(request.user, organisation):
            raise PermissionDenied(_("The head or a coordinator of the organisation invites people."))
        key = key_of(request.headers)
        asked = InvitationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        if not can_invite_person(request.user, organisation, role=asked.validated_data["role"]):
            raise PermissionDenied(_("A coordinator invites teachers and viewers only."))
        made = invite_once(organisation, by=cast("User", request.user), key=key, asked=dict(asked.validated_data))
        return Response(InvitationSerializer(made).data, status=status.HTTP_201_CREATED)
