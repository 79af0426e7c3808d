"""The review's six knowledge gaps, each with the number of results measured about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, cast

from django.db.models import Count, Model, QuerySet

from benchmarks.plan.catalog import STRATEGIES
from benchmarks.selectors import gap_evidence
from benchmarks.selectors.evidence import one_reading
from benchmarks.selectors.results import REFERENCED_REVIEW
from reviewdb.reviews.models import Review

NOT_MEASURED = "not measured"
MEASURED = "measured"


@dataclass(frozen=True)
class Gap:
    """What the review found missing, the open question, and which rows are evidence about it.

    ``counts`` names the kind of rows. Running ``benchmark`` with ``strategies`` produces some.
    ``node`` is the taxonomy node of the gap, empty if it concerns every approach.
    """

    slug: str
    gap: str
    question: str
    counts: str
    benchmark: str
    evidence: Callable[[], QuerySet[Any]]
    strategies: tuple[str, ...] = ()
    node: str = ""

    @property
    def title(self) -> str:
        """Return the gap's short title."""
        return self.slug.replace("-", " ").capitalize()

    @property
    def command(self) -> str:
        """Return the command that measures something about the gap."""
        chosen = "".join(f" --strategy {slug}" for slug in self.strategies)
        return f"manage.py run_benchmark {self.benchmark}{chosen} --wait"


class GapRow(TypedDict):
    """A gap with how much was measured here; ``id`` is its slug, ``node`` null where it has none.

    ``simulated`` says whether all of it was on simulated data, null where nothing was measured.
    """

    id: str
    title: str
    gap: str
    question: str
    status: str
    results: int
    counts: str
    simulated: bool | None
    runs: list[int]
    benchmark: str
    command: str
    node: str | None


class RunCount(TypedDict):
    """How many rows a run left, real or simulated."""

    run_id: int
    simulated: bool
    number: int


@one_reading()
def gap_list(review: Review) -> list[GapRow]:
    """Return the gaps in the review's order, with one query each; ``results`` counts the evidence.

    Only the bundled review's gaps are defined here; another review has none.
    """
    return [_row(gap) for gap in gaps_of(review)]


def gap_get(review: Review, slug: str) -> GapRow | None:
    """Return one gap as in ``gap_list``; None if the review has no such gap."""
    return next((_row(gap) for gap in gaps_of(review) if gap.slug == slug), None)


def gaps_of(review: Review, node: str | None = None) -> list[Gap]:
    """Return the review's gaps without counts; with ``node``, those at it or above it."""
    if review.slug != REFERENCED_REVIEW:
        return []
    return [gap for gap in GAPS if node is None or _concerns(gap, node)]


def _concerns(gap: Gap, node: str) -> bool:
    return not gap.node or f"{node}/".startswith(f"{gap.node}/")


def _row(gap: Gap) -> GapRow:
    found = _per_run(gap.evidence())
    results = sum(row["number"] for row in found)
    return {
        "id": gap.slug,
        "title": gap.title,
        "gap": gap.gap,
        "question": gap.question,
        "status": MEASURED if results else NOT_MEASURED,
        "results": results,
        "counts": gap.counts,
        "simulated": all(row["simulated"] for row in found) if found else None,
        "runs": sorted({row["run_id"] for row in found}, reverse=True),
        "benchmark": gap.benchmark,
        "command": gap.command,
        "node": gap.node or None,
    }


def _per_run(rows: QuerySet[Model]) -> list[RunCount]:
    """Return the number of rows per run, real and simulated separately."""
    counted = rows.order_by().values("run_id", "simulated").annotate(number=Count("pk"))
    return cast(list[RunCount], list(counted))


def _first_of_each_leaf(above: str) -> tuple[str, ...]:
    firsts = {
        card.node: card.slug
        for card in reversed(STRATEGIES.values())
        if card.node and card.node.startswith(f"{above}/")
    }
    return tuple(reversed(firsts.values()))


GAPS = (
    Gap(
        slug="instance-weights",
        gap="Instance weights are rarely shown.",
        question="Which images get most and least weight, and how many count in effect?",
        counts="sets of instance weights",
        benchmark="site-shift",
        strategies=_first_of_each_leaf("instance"),
        node="instance",
        evidence=gap_evidence.weight_pictures,
    ),
    Gap(
        slug="feature-spaces",
        gap="No study compared feature spaces across strategies.",
        question="What does each strategy do to the distance between domains and between classes?",
        counts="comparisons of feature spaces",
        benchmark="site-shift",
        node="feature",
        evidence=gap_evidence.feature_spaces,
    ),
    Gap(
        slug="parameters-to-tune",
        gap="Which parameters to fine-tune is assumed, not studied.",
        question="How does the gain change with the depth that is frozen, from either end?",
        counts="results of the sweep over frozen depth",
        benchmark=gap_evidence.SWEEP_BENCHMARK,
        node="parameter",
        evidence=gap_evidence.depth_results,
    ),
    Gap(
        slug="training-set-size",
        gap="The effect of the training-set size is hardly studied.",
        question="At how many labelled subjects does training from scratch catch up with transfer?",
        counts="results of transfer at two or more label counts",
        benchmark="few-labels",
        evidence=gap_evidence.curve_results,
    ),
    Gap(
        slug="negative-transfer",
        gap="Negative transfer and forgetting are studied by two papers.",
        question="Which strategies end below their baseline, and what do they forget?",
        counts="verdicts on a strategy in a scenario",
        benchmark="site-shift",
        evidence=gap_evidence.headline_verdicts,
    ),
    Gap(
        slug="interpretation",
        gap="What the networks learnt is rarely looked at.",
        question="How do predictions look on the best, the median and the worst test subject?",
        counts="pictures of predictions",
        benchmark="site-shift",
        evidence=gap_evidence.prediction_pictures,
    ),
)
