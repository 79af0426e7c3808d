"""All weight estimators by name, as functions of one form: features in, weights of mean 1 out."""

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.engine.methods.weighting.domain_classifier import domain_probability_weights
from benchmarks.engine.methods.weighting.kliep import kliep_weights
from benchmarks.engine.methods.weighting.kmm import kmm_weights
from benchmarks.engine.methods.weighting.people import NOBODY_KNOWN, PeopleOfBoth
from benchmarks.engine.methods.weighting.ratio import Array, mean_one
from benchmarks.engine.methods.weighting.ulsif import ulsif_weights

RELATIVE_ALPHA = 0.1
Estimator = Callable[[Array, Array, int, PeopleOfBoth], Array]
"""From source (n, d), target (m, d), a seed and the samples' people to weights (n,) of mean 1."""


def _kliep(source: Array, target: Array, seed: int, people: PeopleOfBoth) -> Array:
    return kliep_weights(source, target, generator=np.random.default_rng(seed), people=people)


def _kmm(source: Array, target: Array, seed: int, people: PeopleOfBoth) -> Array:
    return mean_one(kmm_weights(source, target))


def _ulsif(source: Array, target: Array, seed: int, people: PeopleOfBoth) -> Array:
    return ulsif_weights(source, target, generator=np.random.default_rng(seed), people=people)


def _rulsif(source: Array, target: Array, seed: int, people: PeopleOfBoth) -> Array:
    return ulsif_weights(
        source,
        target,
        generator=np.random.default_rng(seed),
        people=people,
        alpha=RELATIVE_ALPHA,
    )


def _classifier(source: Array, target: Array, seed: int, people: PeopleOfBoth) -> Array:
    return domain_probability_weights(source, target, seed=seed)


ESTIMATORS: Mapping[str, Estimator] = {
    "kliep": _kliep,
    "kernel_mean_matching": _kmm,
    "ulsif": _ulsif,
    "rulsif": _rulsif,
    "domain_probability_weights": _classifier,
}
"""By the slug of the strategy that uses it, without the strategy's flattening."""


def weights_by(
    name: str, source: Array, target: Array, *, seed: int, people: PeopleOfBoth = NOBODY_KNOWN
) -> Array:
    """Return the weights (n,) of mean 1 by the estimator called ``name``."""
    return ESTIMATORS[name](source, target, seed, people)
