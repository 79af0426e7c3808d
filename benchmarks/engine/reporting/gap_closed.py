"""How much of the gap between no adaptation and the oracle a strategy closes, with interval."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from benchmarks.engine.reporting.crossed import CONFIDENCE, crossed_mean

FARTHEST = 100.0
"""A share this far from the estimate is no bound worth printing."""
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class GapClosed:
    """The share of the gap that is closed: 0 is no adaptation, 1 the oracle, below 0 is harm."""

    share: float
    low: float
    high: float


def gap_closed(strategy: Scores, source_only: Scores, oracle: Scores) -> GapClosed | None:
    """Return (strategy - source only) / (oracle - source only) from scores (seeds, subjects).

    Scores are of the same seeds and subjects, higher is better. The interval holds the shares r for
    which the crossed mean of (strategy - source only) - r (oracle - source only) does not differ
    from zero (Fieller 1954, with a crossed t). None where the oracle is not clearly better than no
    adaptation, or the interval has no end: then there is no gap to close a share of.
    """
    gains, gaps = strategy - source_only, oracle - source_only
    if min(gaps.shape) < 2 or gaps.mean() <= 0 or float(crossed_mean(gaps).interval()[0]) <= 0:
        return None
    share = float(gains.mean() / gaps.mean())

    def beyond(other: float) -> float:
        """Return how far the mean at this share is outside its interval; positive is outside."""
        found = crossed_mean(gains - other * gaps)
        reach = special.stdtrit(found.degrees_of_freedom, (1 + CONFIDENCE) / 2)
        return float(np.abs(found.mean) - reach * found.standard_error)

    low, high = _end(beyond, share, -1), _end(beyond, share, 1)
    return None if low is None or high is None else GapClosed(share, low, high)


def _end(beyond: Callable[[float], float], start: float, direction: int) -> float | None:
    """Return the interval's end in one direction, None where there is none within reach."""
    inner, step = start, 0.05
    while step <= FARTHEST:
        outer = start + direction * step
        if beyond(outer) > 0:
            return float(optimize.brentq(beyond, inner, outer)) if beyond(inner) < 0 else inner
        inner, step = outer, step * 1.5
    return None
