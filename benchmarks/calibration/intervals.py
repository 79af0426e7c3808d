"""Coverage of every interval that is printed, in repetitions without training, and of a test.

Scores are made of a mean, seed effects, person effects and a rest, in several proportions, since a
run's own proportions are not known in advance. The truth is the mean over new seeds and new people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.calibration.rates import coverage_row
from benchmarks.engine.reporting.crossed import crossed_mean
from benchmarks.engine.reporting.gap_closed import gap_closed
from benchmarks.engine.reporting.rank_schemes import rank_schemes
from benchmarks.engine.reporting.roc import auc_interval, auc_shares, balanced_interval
from benchmarks.findings.calibration import CoverageRow, ProbabilityRow
from benchmarks.findings.false_claims import Compared, false_claim

REPETITIONS = 10_000
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """Standard deviations of the effects of seeds and people, and of the rest."""

    name: str
    seeds: float
    people: float
    rest: float
    is_skewed: bool = False

    def draw(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Scores:
        """Return scores (..., seeds, people) of true mean zero."""
        *front, seeds, people = shape
        return (
            self.seeds * self._effects(generator, (*front, seeds, 1))
            + self.people * self._effects(generator, (*front, 1, people))
            + self.rest * self._effects(generator, shape)
        )

    def _effects(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Scores:
        if not self.is_skewed:
            return generator.normal(size=shape)
        # A gamma of shape 2 turned round: a long tail of bad cases, as Dice has; skewness -1.4.
        skewed: Scores = (2.0 - generator.gamma(2.0, size=shape)) / np.sqrt(2.0)
        return skewed


MIXTURES = (
    Mixture("people matter most", 0.2, 1.0, 0.5),
    Mixture("seeds matter most", 1.0, 0.2, 0.5),
    Mixture("seeds and people matter alike", 1.0, 1.0, 1.0),
    Mixture("the rest matters most", 0.3, 0.3, 1.0),
    Mixture("only the rest matters", 0.0, 0.0, 1.0),
    Mixture("people matter most, skewed", 0.2, 1.0, 0.5, is_skewed=True),
)
SIZES = ((5, 12), (10, 12), (10, 24))


def crossed_coverage(repetitions: int = REPETITIONS) -> Iterator[CoverageRow]:
    """Yield the coverage of the crossed t's interval, which means and gains share."""
    for seeds, people in SIZES:
        for number, mixture in enumerate(MIXTURES):
            generator = np.random.default_rng([seeds, people, number])
            scores = mixture.draw(generator, (repetitions, seeds, people))
            low, high = crossed_mean(scores).interval()
            case = f"{seeds} seeds, {people} people; {mixture.name}"
            covers = np.asarray((low <= 0) & (high >= 0))
            yield coverage_row("mean and gain (crossed t)", case, covers)


def gap_coverage(repetitions: int = REPETITIONS) -> Iterator[CoverageRow]:
    """Yield the coverage of the share of the gap that is closed, where one is printed."""
    for seeds, people in SIZES[:2]:
        generator = np.random.default_rng([3, seeds, people])
        people_effects = generator.normal(0, 1, (repetitions, 1, 1, people))
        own = MIXTURES[2].draw(generator, (repetitions, 3, seeds, people))
        means = np.array([5.0, 0.0, 10.0])[None, :, None, None]
        tables = means + people_effects + own
        found = [gap_closed(*three) for three in tables]
        shown = np.array([g.low <= 0.5 <= g.high for g in found if g is not None])
        case = f"{seeds} seeds, {people} people; half of the gap; printed in {len(shown)} cases"
        yield coverage_row("gap closed (Fieller, crossed t)", case, shown)


def _seeds(number: int) -> str:
    return "1 seed" if number == 1 else f"{number} seeds"


CLASSES = ((6, 6, 0.8), (6, 6, 0.98), (20, 20, 0.8), (20, 20, 0.95))


def classification_coverage(repetitions: int = REPETITIONS) -> Iterator[CoverageRow]:
    """Yield the coverage of an AUC's and a balanced accuracy's intervals, 1 and 10 seeds."""
    for positives, negatives, area in CLASSES:
        for seeds, noise in ((1, 0.0), (10, 0.4)):
            generator = np.random.default_rng([4, positives, int(100 * area), seeds])
            truth = np.repeat([True, False], (positives, negatives))
            spread = np.sqrt(1 + noise**2)
            shift = np.sqrt(2) * spread * stats.norm.ppf(area)
            people = generator.normal(0, 1, (repetitions, 1, len(truth))) + shift * truth
            scores = people + noise * generator.normal(size=(repetitions, seeds, len(truth)))
            ill, well = scores[..., :positives, None], scores[..., None, positives:]
            low, high = auc_interval((ill > well).mean(axis=(-2, -1)), positives, negatives)
            people_words = f"{positives} with and {negatives} without, {_seeds(seeds)}"
            case = f"{people_words}, true AUC {area}"
            covers = np.asarray((low <= area) & (area <= high))
            yield coverage_row("AUC (Newcombe, method 5)", case, covers)
            right = (scores > shift / 2) == truth
            true = float(stats.norm.cdf(shift / 2 / spread))
            low, high = balanced_interval(right.astype(np.float64), truth)
            case = f"{people_words}, true {true:.2f}"
            covers = np.asarray((low <= true) & (true <= high))
            yield coverage_row("balanced accuracy (Newcombe, method 10)", case, covers)


def auc_gain_coverage(repetitions: int = REPETITIONS) -> Iterator[CoverageRow]:
    """Yield the coverage of a gain in AUC by shares, 40 people, 10 seeds."""
    seeds, side = 10, 20
    truth = np.repeat([True, False], side)
    generator = np.random.default_rng(5)
    shifts = np.array([1.6, 1.2])  # of the two strategies
    noise = 0.5
    true_areas = stats.norm.cdf(shifts / np.sqrt(2 * (1 + noise**2)))
    covers = np.empty(repetitions, dtype=bool)
    for repetition in range(repetitions):
        people = generator.normal(size=2 * side)
        own = 0.4 * generator.normal(size=(2, 1, 2 * side)) + np.sqrt(1 - 0.16) * people
        scores = own + noise * generator.normal(size=(2, seeds, 2 * side))
        scores = scores + shifts[:, None, None] * truth
        shares = np.array([[auc_shares(row, truth) for row in table] for table in scores])
        low, high = crossed_mean(shares[0] - shares[1]).interval()
        covers[repetition] = low <= true_areas[0] - true_areas[1] <= high
    case = f"{seeds} seeds, {side} with and {side} without"
    yield coverage_row("gain in AUC (shares, crossed t)", case, covers)


def rank_coverage(repetitions: int = REPETITIONS // 4) -> Iterator[CoverageRow]:
    """Yield how often each scheme's interval of ranks holds the true rank, of four strategies.

    Each repetition has four ranks, which are counted as four.
    """
    seeds, people, gap = 5, 12, 0.3
    generator = np.random.default_rng(6)
    names = "abcd"
    covers: dict[str, list[bool]] = {}
    for repetition in range(repetitions):
        shared = generator.normal(size=(1, people))
        tables = {
            name: shared - gap * place + MIXTURES[0].draw(generator, (seeds, people))
            for place, name in enumerate(names)
        }
        found = rank_schemes(tables, seed=repetition)
        for scheme, ranks in found.ranks.items():
            held = [ranks[n].low <= place <= ranks[n].high for place, n in enumerate(names, 1)]
            covers.setdefault(scheme, []).extend(held)
    for scheme, held in covers.items():
        case = f"by {scheme}; {seeds} seeds, {people} people, four strategies 0.3 apart"
        yield coverage_row("rank (bootstrap)", case, np.array(held))


def false_claim_rates(claims: int = 20_000, people: int = 20) -> list[ProbabilityRow]:
    """Return claims by their printed probability of being false, and how many were false.

    True differences are drawn wide, as the flat prior assumes; the correlation is known.
    """
    generator = np.random.default_rng(7)
    true = generator.uniform(-1, 1, claims)
    scores = generator.normal(size=(claims, people)) + true[:, None]
    spread = scores.std(axis=1, ddof=1)
    # A winner is claimed whichever way the difference goes.
    found = np.abs(scores.mean(axis=1))
    is_false = np.sign(scores.mean(axis=1)) != np.sign(true)
    printed = np.array(
        [
            false_claim(Compared(difference, sd, 0.0, people), 0.0)
            for difference, sd in zip(found, spread, strict=True)
        ]
    )
    rows: list[ProbabilityRow] = []
    bounds = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
    for low, high in pairwise(bounds):
        inside = (printed >= low) & (printed < high)
        rows.append(
            {
                "printed_low": low,
                "printed_high": high,
                "claims": int(inside.sum()),
                "printed": float(printed[inside].mean()),
                "false": float(is_false[inside].mean()),
            }
        )
    return rows
