"""Checks the query parameters of endpoints; an unknown value is a 400 with the choices."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from benchmarks.models import Result, Run, RunState, Verdict
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.metrics import METRICS
from benchmarks.plan.selection_rules import SELECTION_RULES
from benchmarks.selectors.results import REFERENCED_REVIEW, below, distinct_values, node_paths
from reviewdb.common.entered import not_one_of
from reviewdb.common.web.filters import (
    ChoiceFilter,
    ReaderFilterSet,
    RowFilter,
    row_number,
)
from reviewdb.common.web.permissions import Actor
from reviewdb.common.web.serializers import Text, WholeNumber
from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import visible_reviews

Query = TypeVar("Query", bound=serializers.Serializer[Any])
SCENARIOS = sorted({s.slug for card in BENCHMARKS.values() for s in card.scenarios})
RUNS = "runs/"


def measured(field: str) -> Callable[[Actor], list[str]]:
    """Return a function that lists a column's values in the results, for any user."""
    return lambda _: distinct_values(field)


class RunFilterSet(ReaderFilterSet):
    """Filters of the list of runs."""

    state = ChoiceFilter("state", closed=RunState.values, help_text="The state of the run.")
    benchmark = ChoiceFilter(
        "benchmark",
        known=list(BENCHMARKS),
        choices=lambda _: list(Run.objects.values_list("benchmark", flat=True).distinct()),
        help_text="Slug of a benchmark.",
    )

    class Meta:
        model = Run
        fields: list[str] = []


class ResultFilterSet(ReaderFilterSet):
    """Filters of the list of results; a node includes all nodes below it."""

    run = RowFilter("run_id", rows=Run.objects.all, where=RUNS, help_text="Number of a run.")
    benchmark = ChoiceFilter(
        "run__benchmark",
        known=list(BENCHMARKS),
        choices=measured("run__benchmark"),
        help_text="Slug of a benchmark.",
    )
    scenario = ChoiceFilter(
        "scenario", known=SCENARIOS, choices=measured("scenario"), help_text="Slug of a scenario."
    )
    strategy = ChoiceFilter(
        "strategy",
        known=list(STRATEGIES),
        choices=measured("strategy"),
        help_text="Slug of a strategy.",
    )
    node = ChoiceFilter(
        condition=below,
        choices=node_paths,
        normal=lambda text: text.strip("/ "),
        help_text="Path of a taxonomy node; results below it are found too.",
    )
    metric = ChoiceFilter(
        "metric", known=tuple(METRICS), choices=measured("metric"), help_text="Slug of a metric."
    )
    selection = ChoiceFilter(
        "selection",
        known=SELECTION_RULES,
        choices=measured("selection"),
        help_text="The rule that chose the checkpoint; `last`, the final weights, is primary.",
    )
    verdict = ChoiceFilter(
        "verdict", closed=Verdict.values, help_text="The verdict about the strategy."
    )

    class Meta:
        model = Result
        fields: list[str] = []


class CompareQuery(serializers.Serializer[Any]):
    """The run to compare with, named ``with``, which is a keyword in Python."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the one field by its name in the query."""
        return {"with": WholeNumber(low=1)}

    def validate_with(self, value: int) -> int:
        """Return the id of a run that exists."""
        return existing_run(value)


def existing_run(value: int) -> int:
    """Return the id of a run that exists; raises the API's 400."""
    try:
        return row_number(str(value), Run.objects.all(), RUNS)
    except ValidationError as error:
        raise serializers.ValidationError(error.messages) from None


class EventQuery(serializers.Serializer[Any]):
    """The last event already read: only events with a greater id are returned."""

    after = WholeNumber(required=False, default=0)


class TreeQuery(serializers.Serializer[Any]):
    """The review of the tree; by default the bundled one, else the first."""

    review = Text(required=False, allow_blank=True)

    def validate_review(self, value: str) -> str:
        """Return the slug of a review that the caller may read."""
        if value and value not in self._slugs():
            raise serializers.ValidationError(not_one_of(value, self._slugs()))
        return value

    def chosen(self) -> Review | None:
        """Return the review; None if no review is loaded yet."""
        slugs = self._slugs()
        default = REFERENCED_REVIEW if REFERENCED_REVIEW in slugs else next(iter(slugs), None)
        slug = self.validated_data.get("review") or default
        return self._visible().filter(slug=slug).first()

    def _slugs(self) -> list[str]:
        return list(self._visible().values_list("slug", flat=True))

    def _visible(self) -> QuerySet[Review]:
        return visible_reviews(self.context["request"].user)


def checked(kind: type[Query], request: Request) -> Query:
    """Return the checked query parameters of the request; raises the API's 400."""
    query = kind(data=request.query_params, context={"request": request})
    query.is_valid(raise_exception=True)
    return query
