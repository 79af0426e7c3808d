"""How likely a claimed win is false, from means, spreads and sizes, as a band over correlations.

Christodoulou et al. 2025 (arXiv 2505.04720): with a flat prior, the posterior probability that the
method said to be better is not. Papers seldom print how strongly two methods' scores correlate over
the test subjects, so that the answer is a band, never one number.
"""

import math
from dataclasses import dataclass
from types import ModuleType

PLAUSIBLE = (0.0, 0.9)
"""Correlations of two methods' scores over subjects, from unrelated to near twins."""
ALARM = 0.05
"""From this probability on a claim may well be false."""
LEVEL = 0.05
POWER = 0.8
MOST_SUBJECTS = 1_000_000


@dataclass(frozen=True)
class Band:
    """A probability at the correlations in between which it must be."""

    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """Two methods' scores over the same ``subjects``: difference of means, spreads over subjects.

    ``difference`` is better minus worse in the metric's good direction, so that it is positive
    where the claim agrees with the numbers.
    """

    difference: float
    better_sd: float
    worse_sd: float
    subjects: int

    def spread(self, correlation: float) -> float:
        """Return the standard deviation over subjects of the difference."""
        apart = self.better_sd**2 + self.worse_sd**2
        return math.sqrt(max(apart - 2 * correlation * self.better_sd * self.worse_sd, 0.0))


def false_claim(compared: Compared, correlation: float) -> float:
    """Return the probability that the better method is not better, at one correlation.

    F(-sqrt(n) d / s) with Student's F of n - 1 degrees of freedom and s the spread of the
    difference; 1/2 for equal means. Raises ValueError with fewer than two subjects.
    """
    if compared.subjects < 2:
        raise ValueError("one subject has no spread")
    spread = compared.spread(correlation)
    if spread == 0:
        return 0.5 if compared.difference == 0 else float(compared.difference < 0)
    ratio = math.sqrt(compared.subjects) * compared.difference / spread
    return float(_stats().t.cdf(-ratio, compared.subjects - 1))


def false_claim_band(compared: Compared, correlations: tuple[float, float] = PLAUSIBLE) -> Band:
    """Return the probability that the claim is false, over a range of correlations.

    The spread falls as the correlation rises, so that the range's ends are the band's.
    """
    ends = [false_claim(compared, correlation) for correlation in correlations]
    return Band(min(ends), max(ends))


def false_accuracy_claim_band(better: float, worse: float, subjects: int) -> Band:
    """Return the probability that a claim about two accuracies, shares of ``subjects``, is false.

    Only subjects that one method alone got right count: x of the better and y of the worse one.
    With a flat Dirichlet prior the probability is that of a Beta(x + 1, y + 1) below 1/2. How many
    both got right is not printed; the band is over all that the two accuracies allow.
    """
    fewest, most = max(0.0, better + worse - 1), min(better, worse)
    beta = _stats().beta
    ends = [
        float(beta.cdf(0.5, subjects * (better - both) + 1, subjects * (worse - both) + 1))
        for both in (fewest, most)
    ]
    return Band(min(ends), max(ends))


def subjects_needed(difference: float, spread: float, *, fewest: int = 2) -> int | None:
    """Return how many subjects would settle a paired difference of this size and spread.

    The fewest at which a two-sided t test at 0.05 finds it with probability 0.8, if it is the true
    one. None where there is no difference, or not even a million would do.
    """
    if difference == 0:
        return None
    if spread == 0:
        return fewest
    effect = abs(difference) / spread
    if _power(effect, MOST_SUBJECTS) < POWER:
        return None
    low, high = fewest - 1, MOST_SUBJECTS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _power(effect, middle) >= POWER else (middle, high)
    return high


def _power(effect: float, subjects: int) -> float:
    if subjects < 2:
        return 0.0
    beyond = float(_stats().t.ppf(1 - LEVEL / 2, subjects - 1))
    return float(_stats().nct.sf(beyond, subjects - 1, effect * math.sqrt(subjects)))


def _stats() -> ModuleType:
    """Return SciPy's distributions, imported on first use: every web process would load them."""
    from scipy import stats

    return stats
