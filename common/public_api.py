"""What the public lists of the API have in common."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Expression
from django.utils.translation import gettext as _
from rest_framework import permissions, serializers, viewsets

from common.facets import Selection

Asked = TypeVar("Asked", bound=Selection)


class PublicViewSet(viewsets.ReadOnlyModelViewSet):
    """Read-only and open to everybody."""

    permission_classes = [permissions.AllowAny]


class RowSerializer(serializers.ModelSerializer):
    """Of rows, not objects, of which a page of fifty costs none: ``queryset.values_list(*columns())``."""

    COLUMNS: ClassVar[Mapping[str, str | Expression]]  # field → column, where they are called differently
    BESIDES: ClassVar[Collection[str]] = ()  # fields that stand in no column

    def to_representation(self, instance: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(self._in_row(), instance, strict=True))

    @classmethod
    def columns(cls) -> list[str | Expression]:
        return [cls.COLUMNS.get(name, name) for name in cls._in_row()]

    @classmethod
    def _in_row(cls) -> list[str]:
        return [name for name in cls.Meta.fields if name not in cls.BESIDES]


def understood(selection: Asked) -> Asked:
    """The same. Raises ValidationError (400) for values nobody knows, which a page would leave out and say so."""
    if selection.unknown:
        words = ", ".join(selection.unknown)
        raise serializers.ValidationError({"detail": _("Unknown: %(words)s") % {"words": words}})
    return selection
