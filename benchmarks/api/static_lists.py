"""Short lists that fit one answer: strategies, benchmarks, gaps; and the taxonomy's tree."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.api.queries import TreeQuery, checked
from benchmarks.api.serializers import (
    BenchmarkSerializer,
    GapSerializer,
    StrategySerializer,
    TreeNodeSerializer,
)
from benchmarks.selectors import benchmark_list, gap_list, strategy_list
from benchmarks.selectors.tree import taxonomy_tree_with_results
from reviewdb.common.web.problems import ProblemSerializer
from reviewdb.reviews.selectors.reviews import review_get


def whole_list(rows: list[dict[str, Any]]) -> Response:
    """Return rows in the API's list shape; there is no next page."""
    return Response({"results": rows, "next": None})


def whole_list_schema(name: str, row: type[serializers.Serializer[Any]]) -> Any:
    """Return the OpenAPI shape of such a list."""
    fields = {"results": row(many=True), "next": serializers.URLField(allow_null=True)}
    return inline_serializer(name, fields=fields)


class StrategyList(APIView):
    """Strategies as their cards describe them."""

    @extend_schema(responses=whole_list_schema("StrategyPage", StrategySerializer))
    def get(self, request: Request) -> Response:
        """Return every strategy."""
        return whole_list(strategy_list())


class BenchmarkList(APIView):
    """Benchmarks that can be run, with scenarios and profiles."""

    @extend_schema(responses=whole_list_schema("BenchmarkPage", BenchmarkSerializer))
    def get(self, request: Request) -> Response:
        """Return every benchmark."""
        return whole_list(benchmark_list())


class GapList(APIView):
    """The knowledge gaps of a review, and how much was measured about each."""

    @extend_schema(
        responses={200: whole_list_schema("GapPage", GapSerializer), 404: ProblemSerializer}
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the gaps; a review whose gaps nobody wrote down has none."""
        return whole_list(gap_list(review_get(request.user, slug)))


class TaxonomyTree(APIView):
    """The taxonomy with approaches, distinct studies and results at and below each node."""

    @extend_schema(
        parameters=[TreeQuery],
        responses={200: whole_list_schema("TreePage", TreeNodeSerializer), 400: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """Return the tree's roots, each with its children."""
        review = checked(TreeQuery, request).chosen()
        return whole_list(taxonomy_tree_with_results(review) if review else [])
