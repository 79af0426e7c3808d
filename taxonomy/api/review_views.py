"""The endpoints `reviews/`, the counted tables of a review, and `published/`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from reviewdb.common.tables_in.terms import term_slug
from reviewdb.common.web.views import StrictView, whole_list, whole_list_schema
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import review_get, review_list
from taxonomy.api.serializers import (
    DocumentSerializer,
    FlowSerializer,
    ReconciledSerializer,
    ReviewSerializer,
    StrategyRowSerializer,
    TaskRowSerializer,
)
from taxonomy.selectors import tables
from taxonomy.selectors.flow import review_flow
from taxonomy.selectors.published import document_json


def table_response(rows: Iterable[Mapping[str, Any]], key: tuple[str, ...]) -> Response:
    """Return every row, with an ``id`` made of the columns that identify it."""
    results = [
        {"id": "/".join(term_slug(str(row[name])) for name in key if row[name]), **row}
        for row in rows
    ]
    return whole_list(results)


@extend_schema(summary="The reviews that the caller may read")
class ReviewList(StrictView, generics.ListAPIView[Review]):
    """Reviews."""

    serializer_class = ReviewSerializer

    def get_queryset(self) -> QuerySet[Review]:
        """Return public reviews and the caller's own."""
        return review_list(self.request.user).select_related("tree__taxonomy")


class ReviewDetail(StrictView):
    """One review."""

    @extend_schema(responses=ReviewSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return the review."""
        return Response(ReviewSerializer(review_get(request.user, slug)).data)


class ReviewFlowView(StrictView):
    """The PRISMA 2020 flow."""

    @extend_schema(responses=FlowSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return the boxes of the flow, each count marked as published or counted."""
        flow = review_flow(review_get(request.user, slug))
        return Response({"boxes": flow.boxes, "wording": flow.wording, "warning": flow.warning})


class StrategiesTable(StrictView):
    """Approaches and distinct studies by strategy."""

    @extend_schema(responses=whole_list_schema("StrategiesTable", StrategyRowSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """Return type totals and leaves, counted from rows."""
        rows = tables.strategies_table(review_get(request.user, slug))
        return table_response(rows, ("type", "subtype", "subsubtype"))


class TasksTable(StrictView):
    """Studies by task and application."""

    @extend_schema(responses=whole_list_schema("TasksTable", TaskRowSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """Return totals and applications as published and, if rows state them, as recounted."""
        rows = tables.tasks_table(review_get(request.user, slug))
        return table_response(rows, ("task", "application"))


class Reconciliation(StrictView):
    """Published counts compared with counts from rows."""

    @extend_schema(responses=whole_list_schema("Reconciliation", ReconciledSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """Return every published count with the counted one, and the cause of a difference."""
        rows = tables.reconciliation(review_get(request.user, slug))
        return table_response(rows, ("table", "row", "column"))


class PublishedDocument(StrictView):
    """The tables of a source document."""

    @extend_schema(responses=DocumentSerializer)
    def get(self, request: Request, document: str) -> Response:
        """Return the document's tables and the statements about them."""
        return Response(document_json(document, request.user))
