"""One's own inductions."""

from typing import cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets

from members.models import User
from technoparks.models import Induction, Standing


class InductionSerializer(serializers.ModelSerializer):
    """``standing``: today; of “waiting” the manager has to see the practice. Without ``valid_until`` it has no term."""

    instruction = serializers.IntegerField(source="version.instruction_id")
    name = serializers.CharField(source="version.instruction.name")
    name_en = serializers.CharField(source="version.instruction.name_en")
    technopark = serializers.SlugField(source="version.instruction.technopark.slug")
    version = serializers.IntegerField(source="version.number")
    standing = serializers.ChoiceField(Standing.choices)

    class Meta:
        model = Induction
        fields = [
            "id",
            "instruction",
            "name",
            "name_en",
            "technopark",
            "version",
            "kind",
            "standing",
            "passed_at",
            "completed_on",
            "valid_until",
            "used_on",
            "revoked_at",
            "reason",
        ]


@extend_schema(tags=["own bookings"])
class OwnInductionViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Your inductions: the newest of each instruction."""

    queryset = Induction.objects.none()
    serializer_class = InductionSerializer

    def get_queryset(self) -> QuerySet[Induction]:
        return Induction.objects.filter(person=cast("User", self.request.user)).newest()
