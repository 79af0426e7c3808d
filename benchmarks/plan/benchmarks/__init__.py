"""Cards of the benchmarks that can be run, one file per benchmark or family."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.plan.admission import here
from benchmarks.plan.benchmarks.contrast_shift import CONTRAST_SHIFT
from benchmarks.plan.benchmarks.controls import MISLEADING_SOURCE, NO_SIGNAL
from benchmarks.plan.benchmarks.natural_images import NATURAL_IMAGES
from benchmarks.plan.benchmarks.private_federation import PRIVATE_FEDERATION
from benchmarks.plan.benchmarks.real_site_shift import REAL_SITE_SHIFT
from benchmarks.plan.benchmarks.site_shift import FEW_LABELS, FROZEN_DEPTH, SITE_SHIFT
from benchmarks.plan.benchmarks.source_selection import SOURCE_SELECTION, SOURCE_SELECTION_REAL
from benchmarks.plan.benchmarks.subject_level import SUBJECT_LEVEL
from benchmarks.plan.benchmarks.task_shift import TASK_SHIFT
from benchmarks.plan.errors import unknown
from benchmarks.plan.spec import BenchmarkCard, Profile

__all__ = [
    "BENCHMARKS",
    "CONTRAST_SHIFT",
    "FEW_LABELS",
    "FROZEN_DEPTH",
    "MISLEADING_SOURCE",
    "NATURAL_IMAGES",
    "NO_SIGNAL",
    "PRIVATE_FEDERATION",
    "REAL_SITE_SHIFT",
    "SITE_SHIFT",
    "SOURCE_SELECTION",
    "SOURCE_SELECTION_REAL",
    "SUBJECT_LEVEL",
    "TASK_SHIFT",
    "benchmark_card",
    "following",
    "profile_of",
]


def _offered(cards: Iterable[BenchmarkCard]) -> Iterator[BenchmarkCard]:
    """Yield the cards, limited to installed strategies; skip a card that lacks a needed one."""
    for card in cards:
        if here(*card.needs) == card.needs:
            yield replace(
                card,
                strategies=here(*card.strategies),
                default_strategies=here(*card.default_strategies),
            )


WRITTEN = (
    SITE_SHIFT,
    CONTRAST_SHIFT,
    TASK_SHIFT,
    FEW_LABELS,
    FROZEN_DEPTH,
    SUBJECT_LEVEL,
    NATURAL_IMAGES,
    PRIVATE_FEDERATION,
    NO_SIGNAL,
    MISLEADING_SOURCE,
    SOURCE_SELECTION,
    SOURCE_SELECTION_REAL,
    REAL_SITE_SHIFT,
)
BENCHMARKS = {card.slug: card for card in _offered(WRITTEN)}


def benchmark_card(slug: str) -> BenchmarkCard:
    """Return the card; raises PlanError with the choices for an unknown slug."""
    try:
        return BENCHMARKS[slug]
    except KeyError:
        raise unknown("benchmark", slug, sorted(BENCHMARKS)) from None


def profile_of(card: BenchmarkCard, slug: str) -> Profile:
    """Return the benchmark's profile; raises PlanError with the choices for an unknown slug."""
    for profile in card.profiles:
        if profile.slug == slug:
            return profile
    raise unknown("profile", slug, [profile.slug for profile in card.profiles])


def following(protocol: str) -> tuple[BenchmarkCard, ...]:
    """Return the cards of the benchmarks that follow a protocol, the recommended one first."""
    return tuple(card for card in BENCHMARKS.values() if card.protocol == protocol)
