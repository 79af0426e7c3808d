"""What `make calibration` measured: errors of verdicts, coverage of intervals, bias of weights.

The numbers are a file of the repository, so that page and document show the same ones.
"""

import json
from pathlib import Path
from typing import TypedDict

FILE = Path(__file__).with_name("calibration.json")
LEAST, MOST = 0.94, 0.97
"""Coverage below the first is a fault; above the second the interval is longer than it need be."""

LEVEL_WORDS = (
    "Two equal strategies, different only in their training seeds: each verdict is an error, and "
    "at most 5% may be. p is of the exact binomial test that the rate is at most 0.05."
)


class CoverageRow(TypedDict):
    """How often an interval held the truth: a share, with its exact 95% interval.

    ``explanation`` says why coverage is above 0.97, or below 0.94.
    """

    interval: str
    case: str
    claimed: float
    repetitions: int
    covered: float
    low: float
    high: float
    explanation: str


class AgainstItself(TypedDict):
    """Two equal strategies that differ in their training seeds, compared many times.

    ``p_value`` is of the exact one-sided binomial test that the rate of verdicts is at most
    ``level``. ``how`` says what was trained and what was drawn.
    """

    comparisons: int
    seeds: int
    people: int
    level: float
    gains: int
    negative_transfers: int
    rate: float
    low: float
    high: float
    p_value: float
    how: str


class WeightBias(TypedDict):
    """An estimator's weights against the true ratio, by fifth of the source by true weight."""

    estimator: str
    repetitions: int
    truth: list[float]
    bias: list[float]
    error: float
    effective_ratio: float


class ProbabilityRow(TypedDict):
    """Claims by the probability of being false that was printed, and how many were."""

    printed_low: float
    printed_high: float
    claims: int
    printed: float
    false: float


class Calibration(TypedDict):
    """Everything that was measured, when, and at what code."""

    measured_on: str
    commit: str
    versions: dict[str, str]
    against_itself: list[AgainstItself]
    coverage: list[CoverageRow]
    weights: list[WeightBias]
    weights_world: str
    false_claims: list[ProbabilityRow]


def calibration() -> Calibration | None:
    """Return what was measured; None where nothing was."""
    if not FILE.exists():
        return None
    found: Calibration = json.loads(FILE.read_text(encoding="utf-8"))
    return found
