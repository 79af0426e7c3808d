"""Addresses of benchmarks, runs and results, below ``/api/v1/``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from benchmarks.api.source_selection import Reproduction, SourceRanking, TargetList
from benchmarks.api.static_lists import (
    BenchmarkList,
    ClaimList,
    GapList,
    StrategyList,
    TaxonomyTree,
)
from benchmarks.api.views import ResultList, RunViewSet

router = SimpleRouter()
router.register("runs", RunViewSet, basename="run")

urlpatterns = [
    *router.urls,
    path("results/", ResultList.as_view(), name="result-list"),
    path("strategies/", StrategyList.as_view(), name="strategy-list"),
    path("benchmarks/", BenchmarkList.as_view(), name="benchmark-list"),
    path("source-selection/", SourceRanking.as_view(), name="source-selection"),
    path("source-selection/targets/", TargetList.as_view(), name="source-selection-targets"),
    path("source-selection/reproduction/", Reproduction.as_view(), name="source-reproduction"),
    path("taxonomy/", TaxonomyTree.as_view(), name="taxonomy"),
    path("reviews/<slug:slug>/gaps/", GapList.as_view(), name="review-gaps"),
    path("reviews/<slug:slug>/claims/", ClaimList.as_view(), name="review-claims"),
]
