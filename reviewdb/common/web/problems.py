"""The one shape of every refusal: JSON below ``/api/``, a plain page elsewhere."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults
from rest_framework import serializers

from reviewdb.common.errors import Refusal

API_PREFIX = "/api/"
Errors = Mapping[str, list[str]]
TITLES = {
    400: "This request cannot be read",
    404: "There is nothing here",
    405: "This cannot be done here",
    413: "This is too much at once",
    415: "This type of content is not accepted here",
}


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal: what is wrong in a sentence, and what is wrong with each field."""

    message = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the contract's word
        child=serializers.ListField(child=serializers.CharField())
    )


def problem_body(message: str, errors: Errors | None = None) -> Refusal:
    """Return the body of a refusal as the API sends it."""
    return {"message": message, "errors": dict(errors or {})}


def field_problem(errors: Errors) -> Refusal:
    """Return the body of a refusal whose message is the first field's first error."""
    field, texts = next(iter(errors.items()))
    return problem_body(f"{field}: {texts[0]}", errors)


def is_api(request: HttpRequest) -> bool:
    """Return whether the request is to the API, which answers in JSON."""
    return request.path_info.startswith(API_PREFIX)


def problem_response(
    request: HttpRequest, status: int, message: str, errors: Errors | None = None
) -> HttpResponse:
    """Return the refusal as JSON below ``/api/``, and as a page that needs no session elsewhere."""
    if is_api(request):
        return JsonResponse(problem_body(message, errors), status=status)
    context = {"title": TITLES.get(status, TITLES[400]), "message": message}
    return HttpResponse(loader.render_to_string("400.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400, or 413 for too large a body, for what Django itself refuses."""
    if isinstance(exception, RequestDataTooBig):
        return problem_response(request, 413, "the body is too large")
    if isinstance(exception, DisallowedHost):
        text = "this server is not known by that name; REVIEWDB_ALLOWED_HOSTS lists its names"
        return problem_response(request, 400, text, {"host": [text]})
    return problem_response(request, 400, "the request is malformed")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 403 as JSON below ``/api/`` and as a page elsewhere."""
    if is_api(request):
        return problem_response(request, 403, str(exception) or "this is not open to you")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 404 as JSON below ``/api/`` and as a page elsewhere."""
    if is_api(request):
        return problem_response(request, 404, f"nothing at {request.path}")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500 as JSON below ``/api/`` and as a page elsewhere; the log holds the details."""
    if is_api(request):
        text = "something failed on our side; the server's log holds the details"
        return problem_response(request, 500, text)
    return defaults.server_error(request)
