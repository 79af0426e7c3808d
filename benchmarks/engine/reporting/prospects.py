"""How likely a measured gain is none, and how many people would settle a comparison."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from benchmarks.engine.reporting.crossed import POWER, crossed_mean, mean_squares

LEVEL = 0.05
MOST_PEOPLE = 100_000
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Prospects:
    """``false_claim`` is the probability that the sign of the gain is wrong.

    ``people_needed`` would settle a gain of the measured size with as many seeds; None where no
    number of people would, since the seeds alone spread too much.
    """

    false_claim: float
    people_needed: int | None


def prospects(gains: Scores) -> Prospects | None:
    """Return the prospects of gains (seeds, people), None with one seed or one person.

    With a flat prior, the probability that the true gain has the other sign is Student's F at
    -|gain| / error, with the crossed error and its degrees of freedom. Unlike published claims' the
    scores' correlation is known, so that it is one number. People needed: the error's parts
    are of seeds, people and the rest; more people shrink the last two, and the gain must be the sum
    of the test's and the power's quantile (0.05 two-sided, 0.8) times the error.
    """
    if min(gains.shape) < 2:
        return None
    found = crossed_mean(gains)
    mean, error = float(found.mean), float(found.standard_error)
    if error == 0:
        return Prospects(0.5 if mean == 0 else 0.0, None if mean == 0 else gains.shape[1])
    false = float(special.stdtr(found.degrees_of_freedom, -abs(mean) / error))
    return Prospects(false, _people_needed(gains, mean))


def _people_needed(gains: Scores, mean: float) -> int | None:
    seeds, people = gains.shape
    squares = mean_squares(gains)
    rest = float(squares.rest)
    of_people = max(float(squares.people) - rest, 0.0) / seeds
    of_seeds = max(float(squares.seeds) - rest, 0.0) / people
    reach = special.ndtri(1 - LEVEL / 2) + special.ndtri(POWER)
    room = (mean / reach) ** 2 - of_seeds / seeds
    if room <= 0:
        return None
    needed = max(2, math.ceil((of_people + rest / seeds) / room))
    return needed if needed <= MOST_PEOPLE else None
