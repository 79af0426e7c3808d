"""The base class of API endpoints, and the response of short lists."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.negotiation import FORMAT


class StrictView(APIView):
    """An endpoint that refuses parameters it does not know, and those given twice.

    ``parameters`` are names besides those of filters and pages. A typing error in a filter's name
    would otherwise show everything, as if everything fitted.
    """

    parameters: Sequence[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check parameters after authentication."""
        super().initial(request, *args, **kwargs)
        if not hasattr(self, str(request.method).lower()):
            return  # a 405 follows, whatever the parameters
        known = self.known_parameters()
        errors = {name: [_unknown(known)] for name in request.query_params if name not in known}
        for name, values in request.query_params.lists():
            if len(values) > 1 and name in known:
                errors[name] = [f"is given {len(values)} times; give it once"]
        if errors:
            raise exceptions.ValidationError(errors)

    def known_parameters(self) -> list[str]:
        """Return the names that the address may hold."""
        return [*self.filter_parameters(), *self.page_parameters(), *self.parameters, FORMAT]

    def filter_parameters(self) -> list[str]:
        """Return the names of the list's filters."""
        filters = getattr(self, "filterset_class", None)
        return list(filters.base_filters) if filters else []

    def page_parameters(self) -> list[str]:
        """Return the names that page through the list."""
        pages = getattr(self, "paginator", None)
        return [pages.cursor_query_param, pages.page_size_query_param] if pages else []


def _unknown(known: Sequence[str]) -> str:
    return f"is no parameter here; there are: {', '.join(known)}"


@extend_schema(exclude=True)
class ApiRoot(StrictView):
    """The API's own address."""

    def get(self, request: Request) -> HttpResponseRedirect:
        """Redirect to the documentation."""
        return HttpResponseRedirect(reverse("api:docs"))


def whole_list(rows: Sequence[JsonObject]) -> Response:
    """Return rows in the API's list shape; there is no next page."""
    return Response({"results": rows, "next": None})


def whole_list_schema(name: str, row: type[serializers.Serializer[Any]]) -> Any:
    """Return the OpenAPI shape of such a list."""
    fields = {"results": row(many=True), "next": serializers.URLField(allow_null=True)}
    return inline_serializer(name, fields=fields)
