"""Base of the API: pages, errors, read-only sets."""

from typing import Any

from rest_framework import status
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from common.errors import RuleViolated


class Pagination(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """A broken rule of the domain answers 409 with a code for programs and a sentence for people."""
    if isinstance(error, RuleViolated):
        return Response({"code": error.code, "detail": error.message}, status=status.HTTP_409_CONFLICT)
    return default_handler(error, context)
