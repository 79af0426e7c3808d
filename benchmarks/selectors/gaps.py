"""The review's six knowledge gaps, and how much was measured here that speaks about each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.models import Artifact, Result
from benchmarks.plan.build import TARGET_ONLY
from benchmarks.selectors.results import REFERENCED_REVIEW, UNTELLING_PROFILES
from taxonomy.models import Review

NOT_MEASURED = "not measured"
MEASURED = "measured"


@dataclass(frozen=True)
class Gap:
    """What the review found missing, the question it leaves, and how to count our evidence."""

    slug: str
    gap: str
    question: str
    count: Callable[[], int]


def gap_list(review: Review) -> list[dict[str, Any]]:
    """Return the gaps in the review's order; ``results`` counts results or pictures about one.

    Only the bundled review's gaps are written down here; another review has none.
    """
    if review.slug != REFERENCED_REVIEW:
        return []
    rows = []
    for gap in GAPS:
        results = gap.count()
        rows.append(
            {
                "id": gap.slug,
                "gap": gap.gap,
                "question": gap.question,
                "status": MEASURED if results else NOT_MEASURED,
                "results": results,
            }
        )
    return rows


def _nothing_yet() -> int:
    """Return 0: no strategy or benchmark here measures this yet."""
    return 0


def _curves() -> int:
    """Return results at two or more training-set sizes, where both sides of the question have."""
    rows = Result.objects.exclude(run__profile__in=UNTELLING_PROFILES).filter(n_target__gt=0)
    sides = (rows.filter(strategy=TARGET_ONLY), rows.filter(node__isnull=False))
    sizes = [side.order_by().values("n_target").distinct().count() for side in sides]
    return rows.count() if min(sizes) > 1 else 0


def _verdicts() -> int:
    rows = Result.objects.exclude(run__profile__in=UNTELLING_PROFILES)
    return rows.exclude(verdict="").count()


def _pictures() -> int:
    return (
        Artifact.objects.exclude(run__profile__in=UNTELLING_PROFILES).filter(kind="picture").count()
    )


GAPS = (
    Gap(
        slug="instance-weights",
        gap="Instance weights are rarely shown.",
        question="Which images get most and least weight, and how many count in effect?",
        count=_nothing_yet,
    ),
    Gap(
        slug="feature-spaces",
        gap="No study compared feature spaces across strategies.",
        question="What does each strategy do to the distance between domains and between classes?",
        count=_nothing_yet,
    ),
    Gap(
        slug="parameters-to-tune",
        gap="Which parameters to fine-tune is assumed, not studied.",
        question="How does the gain change with the depth that is frozen, from either end?",
        count=_nothing_yet,
    ),
    Gap(
        slug="training-set-size",
        gap="The effect of the training-set size is hardly studied.",
        question="At how many labelled subjects does training from scratch catch up with transfer?",
        count=_curves,
    ),
    Gap(
        slug="negative-transfer",
        gap="Negative transfer and forgetting are studied by two papers.",
        question="Which strategies end below their baseline, and what do they forget?",
        count=_verdicts,
    ),
    Gap(
        slug="interpretation",
        gap="What the networks learnt is rarely looked at.",
        question="How do predictions look on the best, the median and the worst test subject?",
        count=_pictures,
    ),
)
