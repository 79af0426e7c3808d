"""TrAdaBoost: Dai, Yang, Xue and Yu 2007, algorithm 1.

Round t fits a learner to weights w / sum w over source (n) and labelled target (m) together. Its
error is taken on the target alone, e_t = sum_target w |h - c| / sum_target w, b_t = e_t / (1 - e_t)
and b = 1 / (1 + sqrt(2 ln n / N)) for N rounds. A misclassified source sample loses weight, w <- w
b^|h - c|; a misclassified target sample gains weight, w <- w b_t^-|h - c|. The vote is over the
later half of the rounds: 1 where prod b_t^-h_t(x) >= prod b_t^-1/2.

From the paper: all of the above, labels 0 and 1, equal weights to start. Ours: e_t is clipped to [1
/ (2 m), 0.499], since the paper requires it below 1/2 and a round without errors would have
infinite weight in the vote.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.ratio import Array

HIGHEST_ERROR = 0.499
Labels = NDArray[np.int_]


@dataclass(frozen=True)
class Round:
    """The result of one update."""

    weights: Array  # (n + m,), not normalised
    error: float  # e_t, clipped to its bounds
    vote: float  # ln(1 / b_t)


def source_factor(source_count: int, rounds: int) -> float:
    """Return b = 1 / (1 + sqrt(2 ln n / N))."""
    return float(1 / (1 + np.sqrt(2 * np.log(source_count) / rounds)))


def updated_weights(weights: Array, losses: Array, *, source_count: int, rounds: int) -> Round:
    """Return the weights after a round whose learner has ``losses`` |h - c| in [0, 1], (n + m,).

    In both, the first ``source_count`` entries belong to the source.
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
