"""Base of the API: pages, errors, read-only sets."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpHeaders
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import parsers, serializers, status
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from common.errors import RuleViolated
from common.models import LONGEST_KEY
from common.one_line import one_line

KEY_HEADER = "Idempotency-Key"
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Pagination(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class JSONParser(parsers.JSONParser):
    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Python gives up on brackets in brackets by the thousand, and takes halves of characters that nobody can write
        down again; DRF expects neither."""
        try:
            parsed = super().parse(*args, **kwargs)
            json.dumps(parsed, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError) as error:
            raise ParseError from error
        return parsed


class LineField(serializers.CharField):
    """A name or the like: sent with line breaks, it is one line all the same."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(one_line(data) if isinstance(data, str) else data)


class MomentField(serializers.DateTimeField):
    """Within what calendars of every time zone can reckon with."""

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("overflow")
        return moment


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """A broken rule of the domain answers 409 with a code for programs and a sentence for people."""
    if isinstance(error, RuleViolated):
        return Response(error.told(), status=status.HTTP_409_CONFLICT)
    return default_handler(error, context)


def key_of(headers: HttpHeaders) -> str:
    """What tells this request from others. Raises ValidationError (400) where it has none, or one too long."""
    key = headers.get(KEY_HEADER, "")
    if not 1 <= len(key) <= LONGEST_KEY:
        problem = _("A request that makes something carries a key of its own, of 1 to 64 characters.")
        raise ValidationError({KEY_HEADER: [problem]}, code="idempotency_key_missing")
    return key


def choice(name: str, meaning: str, values: Iterable[str] | None = None) -> OpenApiParameter:
    """A parameter of a list that may be given several times."""
    kind: dict[str, Any] = {"type": "string"} | ({"enum": list(values)} if values else {})
    return OpenApiParameter(name, {"type": "array", "items": kind}, description=meaning)
