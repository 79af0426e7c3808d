"""TrAdaBoost over scikit-learn's classifiers: Dai, Yang, Xue and Yu 2007, algorithm 1."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from benchmarks.engine.methods.weighting.ratio import Array
from benchmarks.engine.methods.weighting.tradaboost import updated_weights

Labels = NDArray[np.int_]


class Classifier(Protocol):
    """A scikit-learn classifier that takes sample weights."""

    def fit(self, features: Array, labels: Labels, *, sample_weight: Array) -> Self: ...
    def predict(self, features: Array) -> Labels: ...


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
