"""Weight estimators against the true ratio of two Gaussians, which has a closed form.

With a source N(0, I) and a target N(m, I), p_target(x) / p_source(x) = exp(m^T x - |m|^2 / 2).
Samples can come in groups, as slices come from people: a sample is then its person's mean plus a
deviation within the person, and its distribution over people is still N(0, I) or N(m, I).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.engine.methods.weighting.estimators import (
    ESTIMATORS,
    RELATIVE_ALPHA,
    weights_by,
)
from benchmarks.engine.methods.weighting.people import PeopleOfBoth
from benchmarks.engine.methods.weighting.ratio import Array, effective_sample_size, mean_one

BINS = 5


@dataclass(frozen=True)
class TwoGaussians:
    """A source N(0, I) and a target N(shift, I) in ``dimensions``.

    ``people`` on each side with ``slices`` samples each; ``within`` is the share of the variance
    that lies within a person, 1 for independent samples.
    """

    dimensions: int = 5
    shift: float = 0.5
    people: int = 200
    slices: int = 1
    within: float = 1.0

    def draw(self, seed: int) -> tuple[Array, Array, PeopleOfBoth]:
        """Return source and target samples (n, d) and whose they are."""
        generator = np.random.default_rng(seed)
        owners = np.repeat(np.arange(self.people), self.slices)
        sides = []
        for mean in (0.0, self.shift):
            means = generator.normal(size=(self.people, self.dimensions)) * np.sqrt(1 - self.within)
            inside = generator.normal(size=(len(owners), self.dimensions)) * np.sqrt(self.within)
            sides.append(mean + means[owners] + inside)
        return sides[0], sides[1], PeopleOfBoth(owners, owners)

    def log_ratio(self, samples: Array) -> Array:
        """Return log p_target - log p_source at ``samples`` (n, d), (n,)."""
        values: Array = self.shift * samples.sum(axis=1) - self.dimensions * self.shift**2 / 2
        return values


def relative(ratio: Array, alpha: float) -> Array:
    """Return r = w / (alpha w + 1 - alpha) for ratios w (n,): RuLSIF's estimand."""
    values: Array = ratio / (alpha * ratio + 1 - alpha)
    return values


@dataclass(frozen=True)
class Bias:
    """How far an estimator is from the true ratio, over ``repetitions``.

    ``bias`` is the mean of estimate minus truth in each fifth of the source by true weight, lowest
    first, both scaled to mean 1; ``error`` the mean squared error over that of equal weights (1: no
    better than no weights); ``effective_ratio`` the effective sample size over the true weights'.
    """

    estimator: str
    repetitions: int
    bias: tuple[float, ...]
    truth: tuple[float, ...]
    error: float
    effective_ratio: float


def bias_of(name: str, world: TwoGaussians, *, repetitions: int, first_seed: int = 0) -> Bias:
    """Return the bias of one estimator; RuLSIF is held against the relative ratio."""
    rows = []
    for seed in range(first_seed, first_seed + repetitions):
        source, target, people = world.draw(seed)
        ratio = np.exp(world.log_ratio(source))
        true = mean_one(relative(ratio, RELATIVE_ALPHA) if name == "rulsif" else ratio)
        found = weights_by(name, source, target, seed=seed, people=people)
        fifths = np.array_split(np.argsort(true), BINS)
        rows.append(
            [
                *(float((found - true)[fifth].mean()) for fifth in fifths),
                *(float(true[fifth].mean()) for fifth in fifths),
                float(np.square(found - true).mean() / np.square(1 - true).mean()),
                effective_sample_size(found) / effective_sample_size(true),
            ]
        )
    means = np.mean(rows, axis=0).tolist()
    return Bias(
        estimator=name,
        repetitions=repetitions,
        bias=tuple(means[:BINS]),
        truth=tuple(means[BINS : 2 * BINS]),
        error=means[-2],
        effective_ratio=means[-1],
    )


def biases(
    world: TwoGaussians, *, repetitions: int, names: Iterable[str] = tuple(ESTIMATORS)
) -> list[Bias]:
    """Return the bias of each named estimator on the same draws."""
    return [bias_of(name, world, repetitions=repetitions) for name in names]
