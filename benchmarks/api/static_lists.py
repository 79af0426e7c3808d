"""Short lists in one response: strategies, benchmarks, gaps, claims, and the taxonomy."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from benchmarks.api.queries import TreeQuery, checked
from benchmarks.api.serializers import (
    BenchmarkSerializer,
    ClaimSerializer,
    GapSerializer,
    StrategySerializer,
    TreeNodeSerializer,
)
from benchmarks.selectors import benchmark_list, gap_list, strategy_list
from benchmarks.selectors.claims import claim_list
from benchmarks.selectors.tree import taxonomy_tree_with_results
from reviewdb.common.web.views import StrictView, whole_list, whole_list_schema
from reviewdb.reviews.selectors.reviews import review_get


class StrategyList(StrictView):
    """Strategies as their cards describe them."""

    @extend_schema(responses=whole_list_schema("StrategyPage", StrategySerializer))
    def get(self, request: Request) -> Response:
        """Return every strategy."""
        return whole_list(strategy_list())


class BenchmarkList(StrictView):
    """Benchmarks that can be run, with scenarios and profiles."""

    @extend_schema(responses=whole_list_schema("BenchmarkPage", BenchmarkSerializer))
    def get(self, request: Request) -> Response:
        """Return every benchmark."""
        return whole_list(benchmark_list())


class GapList(StrictView):
    """The knowledge gaps of a review, with the number of results about each."""

    @extend_schema(responses=whole_list_schema("GapPage", GapSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """Return the gaps; a review without defined gaps has none."""
        return whole_list(gap_list(review_get(request.user, slug)))


class TaxonomyTree(StrictView):
    """The taxonomy with approaches, distinct studies and results at and below each node."""

    parameters = ("review",)

    @extend_schema(
        parameters=[TreeQuery], responses=whole_list_schema("TreePage", TreeNodeSerializer)
    )
    def get(self, request: Request) -> Response:
        """Return the tree's roots, each with its children."""
        review = checked(TreeQuery, request).chosen()
        return whole_list(taxonomy_tree_with_results(review) if review else [])


class ClaimList(StrictView):
    """The claims that a review's studies and documents print."""

    @extend_schema(responses=whole_list_schema("ClaimPage", ClaimSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """Return each claim with the risk that it is false, what would settle it, our verdict."""
        return whole_list(claim_list(review_get(request.user, slug)))
