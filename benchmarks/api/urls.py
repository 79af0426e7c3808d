"""Addresses of what our experiments say."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from benchmarks.api.static_lists import BenchmarkList, GapList, StrategyList, TaxonomyTree
from benchmarks.api.views import ResultList, RunViewSet

router = SimpleRouter()
router.register("runs", RunViewSet, basename="run")

urlpatterns = [
    *router.urls,
    path("results/", ResultList.as_view(), name="result-list"),
    path("strategies/", StrategyList.as_view(), name="strategy-list"),
    path("benchmarks/", BenchmarkList.as_view(), name="benchmark-list"),
    path("taxonomy/", TaxonomyTree.as_view(), name="taxonomy"),
    path("reviews/<slug:slug>/gaps/", GapList.as_view(), name="review-gaps"),
]
