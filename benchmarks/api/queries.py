"""Query parameters, checked: an unknown value is a 400 that lists the choices."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from benchmarks.models import Run, RunState, Verdict
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.build import SELECTION_RULES
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.selectors.results import (
    REFERENCED_REVIEW,
    ResultFilters,
    distinct_values,
    node_paths,
)
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import visible_reviews

Query = TypeVar("Query", bound=serializers.Serializer[Any])
METRICS = ("dice", "hd95", "auc", "balanced_accuracy", "mae")


def _scenarios() -> list[str]:
    return sorted({s.slug for card in BENCHMARKS.values() for s in card.scenarios})


def check_choice(value: str, known: Sequence[str], more: Callable[[], list[str]]) -> str:
    """Return ``value`` where it is known, or one of ``more``, which is only then looked up."""
    if value in known:
        return value
    choices = sorted({*known, *more()})
    if value not in choices:
        message = f"{value!r} is not one of: {', '.join(choices) or '(none yet)'}"
        raise serializers.ValidationError(message)
    return value


def check_run(value: int) -> int:
    """Return the id of a run that exists."""
    if not Run.objects.filter(pk=value).exists():
        message = f"there is no run {value}; runs/ lists them"
        raise serializers.ValidationError(message)
    return value


def _none() -> list[str]:
    return []


class RunQuery(serializers.Serializer[Any]):
    """Filters of the list of runs."""

    state = serializers.CharField(required=False)
    benchmark = serializers.CharField(required=False)

    def validate_state(self, value: str) -> str:
        """Return a known state."""
        return check_choice(value, RunState.values, _none)

    def validate_benchmark(self, value: str) -> str:
        """Return a known benchmark."""
        return check_choice(value, list(BENCHMARKS), lambda: distinct_values("run__benchmark"))


class ResultQuery(serializers.Serializer[Any]):
    """Filters of the list of results; a node stands for itself and all below it."""

    run = serializers.IntegerField(required=False, min_value=1)
    benchmark = serializers.CharField(required=False)
    scenario = serializers.CharField(required=False)
    strategy = serializers.CharField(required=False)
    node = serializers.CharField(required=False)
    metric = serializers.CharField(required=False)
    selection = serializers.CharField(required=False)
    verdict = serializers.CharField(required=False)

    def validate_run(self, value: int) -> int:
        """Return the id of a run that exists."""
        return check_run(value)

    def validate_benchmark(self, value: str) -> str:
        """Return a known benchmark."""
        return check_choice(value, list(BENCHMARKS), lambda: distinct_values("run__benchmark"))

    def validate_scenario(self, value: str) -> str:
        """Return a known scenario."""
        return check_choice(value, _scenarios(), lambda: distinct_values("scenario"))

    def validate_strategy(self, value: str) -> str:
        """Return a known strategy."""
        return check_choice(value, list(STRATEGIES), lambda: distinct_values("strategy"))

    def validate_node(self, value: str) -> str:
        """Return the path of a node of the taxonomy."""
        return check_choice(value.strip("/"), (), node_paths)

    def validate_metric(self, value: str) -> str:
        """Return a known metric."""
        return check_choice(value, METRICS, lambda: distinct_values("metric"))

    def validate_selection(self, value: str) -> str:
        """Return a known selection rule."""
        return check_choice(value, SELECTION_RULES, lambda: distinct_values("selection"))

    def validate_verdict(self, value: str) -> str:
        """Return a known verdict."""
        return check_choice(value, Verdict.values, _none)

    def filters(self) -> ResultFilters:
        """Return the checked filters."""
        return ResultFilters(**self.validated_data)


class CompareQuery(serializers.Serializer[Any]):
    """The run to compare with, as ``with``: a word that Python keeps for itself."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the one field, by its name in the address."""
        return {"with": serializers.IntegerField(min_value=1)}

    def validate_with(self, value: int) -> int:
        """Return the id of a run that exists."""
        return check_run(value)


class EventQuery(serializers.Serializer[Any]):
    """Where to go on in a run's log: only events with a greater id are returned."""

    after = serializers.IntegerField(required=False, min_value=0, default=0)


class TreeQuery(serializers.Serializer[Any]):
    """Whose tree: without a review, that of the bundled one, else of the first there is."""

    review = serializers.CharField(required=False)

    def validate_review(self, value: str) -> str:
        """Return the slug of a review that the asker may read."""
        return check_choice(value, (), self._slugs)

    def chosen(self) -> Review | None:
        """Return the review; None where no review is loaded yet."""
        slugs = self._slugs()
        default = REFERENCED_REVIEW if REFERENCED_REVIEW in slugs else next(iter(slugs), None)
        slug = self.validated_data.get("review", default)
        return self._visible().filter(slug=slug).first()

    def _slugs(self) -> list[str]:
        return list(self._visible().values_list("slug", flat=True))

    def _visible(self) -> QuerySet[Review]:
        return visible_reviews(self.context["request"].user)


def checked(kind: type[Query], request: Request) -> Query:
    """Return the request's query parameters, checked; raises the API's 400."""
    query = kind(data=request.query_params, context={"request": request})
    query.is_valid(raise_exception=True)
    return query
