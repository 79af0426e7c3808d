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
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from benchmarks.engine.methods.weighting.ratio import Array

HIGHEST_ERROR = 0.499
Labels = NDArray[np.int_]


class Classifier(Protocol):
    """A scikit-learn classifier that takes sample weights."""

    def fit(self, features: Array, labels: Labels, *, sample_weight: Array) -> Self: ...  # noqa: D102
    def predict(self, features: Array) -> Labels: ...  # noqa: D102


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


@dataclass(frozen=True)
class TrAdaBoost:
    """A fitted ensemble, and what it thinks of the source samples."""

    learners: tuple[Classifier, ...]  # the later half of the rounds
    votes: Array  # (learners,)
    source_weights: Array  # (n,), mean 1, as after the last round

    def scores(self, features: Array) -> Array:
        """Return the share of votes for class 1, (n,), in [0, 1]."""
        said = np.stack([learner.predict(features) for learner in self.learners])
        scores: Array = self.votes @ said / self.votes.sum()
        return scores

    def predict(self, features: Array) -> Labels:
        """Return 0 or 1 for each row; 1 where the votes are tied, as in the paper."""
        return (self.scores(features) >= 0.5 - 1e-12).astype(int)


def fit_tradaboost(
    learner: Classifier,
    source: tuple[Array, Labels],
    target: tuple[Array, Labels],
    *,
    rounds: int = 20,
) -> TrAdaBoost:
    """Return the ensemble of ``rounds`` copies of ``learner``; labels are 0 and 1."""
    samples = np.concatenate([source[0], target[0]])
    labels = np.concatenate([source[1], target[1]])
    if not np.isin(labels, (0, 1)).all() or not len(target[1]) or len(source[1]) < 2:
        raise ValueError("TrAdaBoost needs labels 0 and 1, 2 source samples and 1 of the target")
    weights = np.ones(len(labels))
    learners, votes = [], []
    for _ in range(rounds):
        fitted = clone(learner).fit(samples, labels, sample_weight=weights / weights.sum())
        losses = np.abs(fitted.predict(samples) - labels).astype(float)
        update = updated_weights(weights, losses, source_count=len(source[1]), rounds=rounds)
        weights = update.weights / update.weights.sum()  # only ratios matter; keeps them in range
        learners.append(fitted)
        votes.append(update.vote)
    later = int(np.ceil(rounds / 2)) - 1  # rounds ceil(N / 2) to N, counted from 1
    own = weights[: len(source[1])]
    return TrAdaBoost(tuple(learners[later:]), np.array(votes[later:]), own / own.mean())
