"""How the API describes itself: besides what each address gives, how it refuses."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import permissions, serializers


class ProblemSerializer(serializers.Serializer):
    """Said in the language of the reader."""

    detail = serializers.CharField()


class RefusalSerializer(serializers.Serializer):
    """A rule forbids it: ``code`` stays the same for programs, ``detail`` is said in the language of the reader."""

    code = serializers.CharField()
    detail = serializers.CharField()


REFUSED = OpenApiExample(
    "A rule", {"code": "registration_closed", "detail": "Сейчас регистрация на это мероприятие закрыта."}
)
MISTAKES = OpenApiResponse({"type": "object", "additionalProperties": {}}, "What is wrong, by the field")
FORBIDDEN = OpenApiResponse(ProblemSerializer, "Not logged in, or not allowed")
NOT_THERE = OpenApiResponse(ProblemSerializer, "Not there, or not for you")
REFUSAL = OpenApiResponse(RefusalSerializer, "A rule forbids it", examples=[REFUSED])
TOO_MANY = OpenApiResponse(ProblemSerializer, "Too many requests; Retry-After says how many seconds to wait")


PAGES = {"page", "page_size"}


class Schema(AutoSchema):
    """With the refusals that an address may answer with."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        found = super()._get_response_bodies(direction)
        for code, refusal in self._refusals().items() if direction == "response" else ():
            found.setdefault(code, self._get_response_for_code(refusal, code))
        return found

    def _refusals(self) -> dict[str, OpenApiResponse]:
        is_open = any(isinstance(one, permissions.AllowAny) for one in self.view.get_permissions())
        is_safe = self.method in permissions.SAFE_METHODS
        query = {one["name"] for one in self._get_parameters() if one["in"] == "query"}
        asks = bool(query - PAGES) or (not is_safe and self.get_request_serializer() is not None)
        said = {
            "400": (asks, MISTAKES),
            "403": (not is_open, FORBIDDEN),
            "404": ("{" in self.path or bool(query & PAGES), NOT_THERE),
            "409": (not is_safe, REFUSAL),
            "429": (is_open or not is_safe, TOO_MANY),
        }
        return {code: refusal for code, (holds, refusal) in said.items() if holds}
