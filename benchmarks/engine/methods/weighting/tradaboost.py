"""TrAdaBoost: Dai, Yang, Xue and Yu 2007, algorithm 1.

Round t fits a learner to weights w / sum w over source (n) and labelled target (m) together. Its
error is taken on the target alone, e_t = sum_target w |h - c| / sum_target w, b_t = e_t / (1 - e_t)
and b = 1 / (1 + sqrt(2 ln n / N)) for N rounds. A source sample that is got wrong counts less,
w <- w b^|h - c|; a target sample that is got wrong counts more, w <- w b_t^-|h - c|. The vote is
over the later half of the rounds: 1 where prod b_t^-h_t(x) >= prod b_t^-1/2.

From the paper: all of the above, labels 0 and 1, equal weights to start. Ours: e_t is held within
[1 / (2 m), 0.499], for the paper wants it below 1/2 and a perfect round would have all the votes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.ratio import Array

HIGHEST_ERROR = 0.499
Labels = NDArray[np.int_]


@dataclass(frozen=True)
class Round:
    """What one update gives."""

    weights: Array  # (n + m,), not normalised
    error: float  # e_t, held within its bounds
    vote: float  # ln(1 / b_t)


def source_factor(source_count: int, rounds: int) -> float:
    """Return b = 1 / (1 + sqrt(2 ln n / N))."""
    return float(1 / (1 + np.sqrt(2 * np.log(source_count) / rounds)))


def updated_weights(weights: Array, losses: Array, *, source_count: int, rounds: int) -> Round:
    """Return the weights after a round whose learner has ``losses`` |h - c| in [0, 1], (n + m,).

    The first ``source_count`` entries of both are the source's.
    """
    on_target, target_losses = weights[source_count:], losses[source_count:]
    measured = float(on_target @ target_losses / on_target.sum())
    error = min(max(measured, 1 / (2 * len(on_target))), HIGHEST_ERROR)
    factor = error / (1 - error)
    updated = np.concatenate(
        [
            weights[:source_count] * source_factor(source_count, rounds) ** losses[:source_count],
            on_target * factor**-target_losses,
        ]
    )
    return Round(updated, error, float(-np.log(factor)))
