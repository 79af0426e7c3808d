"""Counts as shares with exact intervals and tests."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.findings.calibration import CoverageRow

CONFIDENCE = 0.95


def exact_interval(found: int, trials: int) -> tuple[float, float]:
    """Return the interval of a share by Clopper and Pearson (1934)."""
    interval = stats.binomtest(found, trials).proportion_ci(CONFIDENCE, method="exact")
    return float(interval.low), float(interval.high)


def coverage_row(interval: str, case: str, covers: NDArray[np.bool_]) -> CoverageRow:
    """Return how often an interval with a claim of 95% held the truth."""
    low, high = exact_interval(int(covers.sum()), covers.size)
    return {
        "interval": interval,
        "case": case,
        "claimed": CONFIDENCE,
        "repetitions": int(covers.size),
        "covered": float(covers.mean()),
        "low": low,
        "high": high,
        "explanation": "",
    }
