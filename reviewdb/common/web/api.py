"""The API's one error shape, and its one way to page through lists."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from reviewdb.common.entered import whole_number
from reviewdb.common.errors import Refusal, RuleViolation
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.problems import problem_body

GENERAL = "non_field_errors"
NO_CURSOR = "not a cursor of this API; leave it out to start over"


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Return every refusal as ``{"message": str, "errors": {field: [str]}}`` with its status."""
    if isinstance(exc, RuleViolation):
        return Response(exc.as_json(), status=400)
    if isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(
            exc.message_dict if hasattr(exc, "error_dict") else {GENERAL: exc.messages}
        )
    response = drf_exception_handler(exc, context)
    if response is not None:
        response.data = _error_body(response.data)
    return response


def _error_body(data: Any) -> Refusal:
    if isinstance(data, Mapping) and set(data) == {"detail"}:
        return problem_body(str(data["detail"]))
    if not isinstance(data, Mapping):
        data = {GENERAL: data}
    errors = {str(field): _messages(value) for field, value in data.items()}
    field, messages = next(iter(errors.items()))
    message = messages[0] if field == GENERAL else f"{field}: {messages[0]}"
    return problem_body(message, errors)


def _messages(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}: {text}" for key, inner in value.items() for text in _messages(inner)]
    if isinstance(value, (list, tuple)):
        return [text for inner in value for text in _messages(inner)]
    return [str(value)]


class KeysetPagination(CursorPagination):
    """Lists as ``{"results": [...], "next": url or null}``; ``page_size`` up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "id"

    def get_page_size(self, request: Any) -> int:
        """Return the asked-for page size; raises a 400 for one outside 1 to 200."""
        raw = request.query_params.get(self.page_size_query_param)
        if raw is None:
            return self.page_size
        size = whole_number(raw, low=1, high=self.max_page_size)
        if size is None:
            message = f"must be a whole number from 1 to {self.max_page_size}, got {raw[:40]!r}"
            raise exceptions.ValidationError({self.page_size_query_param: [message]})
        return size

    def decode_cursor(self, request: Any) -> Any:
        """Return the decoded cursor; a broken one is a 400 that names the parameter."""
        try:
            cursor = super().decode_cursor(request)
        except exceptions.NotFound:
            raise exceptions.ValidationError({self.cursor_query_param: [NO_CURSOR]}) from None
        if cursor and cursor.position is not None and whole_number(str(cursor.position)) is None:
            raise exceptions.ValidationError({self.cursor_query_param: [NO_CURSOR]})
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[JsonObject]:
        """Return the OpenAPI description of the two parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "description": "The page to return, as given in ``next``.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9+/=]*$"},
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "description": "Rows of a page.",
                "schema": {**size, "default": self.page_size},
            },
        ]

    def get_paginated_response(self, data: Any) -> Response:
        """Return one page in the API's list shape."""
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the OpenAPI shape of a page."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "format": "uri", "nullable": True},
            },
        }


class NewestFirst(KeysetPagination):
    """The newest rows first."""

    ordering = "-id"
