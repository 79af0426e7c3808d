"""Weights or a selection of source samples from a domain classifier.

By Bayes' rule the ratio of densities is the ratio of probabilities times a constant, p_target(x) /
p_source(x) = n_s/n_t * P(target | x) / P(source | x) (Bickel, Brueckner and Scheffer 2007, eq. 3
and 4). Probabilities are out of fold: a classifier that has memorised the samples would give every
source sample weight 0. Folds hold out slices, not people: with whole people held out, a linear
classifier of few features extrapolates from people to people, and the error of its weights doubled
(two Gaussians in 5 dimensions, 16 people with 8 slices each on either side, median over 30 draws).

Ours: standardising, 5 folds, C = 1, powers of the features up to ``degree``.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from benchmarks.engine.methods.weighting.ratio import Array, mean_one

FOLDS = 5
PROBABILITY_FLOOR = 1e-6


def domain_probabilities(
    source: Array,
    target: Array,
    *,
    seed: int,
    degree: int = 1,
    penalty_inverse: float = 1.0,
    folds: int = FOLDS,
) -> Array:
    """Return P(target | s_i), out of fold, (n,) for ``source`` (n, d)."""
    if min(len(source), len(target)) < folds:
        raise ValueError(
            f"{folds} folds need as many samples of each domain, got {len(source)} source and "
            f"{len(target)} target; ask for fewer folds"
        )
    samples = np.concatenate([source, target])
    domains = np.repeat([0, 1], [len(source), len(target)])
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed)
    classifier = domain_classifier(degree=degree, penalty_inverse=penalty_inverse)
    found = cross_val_predict(classifier, samples, domains, cv=splits, method="predict_proba")
    probabilities: Array = found[: len(source), 1]
    return probabilities


def domain_classifier(*, degree: int = 1, penalty_inverse: float = 1.0) -> Pipeline:
    """Return an unfitted logistic regression on standardised powers of the features."""
    return make_pipeline(
        StandardScaler(),
        PolynomialFeatures(degree, include_bias=False),
        StandardScaler(),
        LogisticRegression(C=penalty_inverse, max_iter=1000),
    )


def domain_probability_weights(
    source: Array, target: Array, *, seed: int, degree: int = 1, penalty_inverse: float = 1.0
) -> Array:
    """Return weights (n,) of mean 1, proportional to P(target | s_i) / P(source | s_i)."""
    probabilities = domain_probabilities(
        source, target, seed=seed, degree=degree, penalty_inverse=penalty_inverse
    )
    clipped = np.clip(probabilities, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
    return mean_one(clipped / (1 - clipped))


def domain_selection_weights(source: Array, target: Array, *, seed: int, keep: float) -> Array:
    """Return weights (n,): 1 for the share ``keep`` of ``source`` most like the target, else 0.

    At least one is kept; ties are resolved by order.
    """
    if not 0 < keep <= 1:
        raise ValueError(f"keep must be in (0, 1], got {keep}")
    probabilities = domain_probabilities(source, target, seed=seed)
    count = max(1, round(keep * len(source)))
    weights = np.zeros(len(source))
    weights[np.argsort(-probabilities, kind="stable")[:count]] = 1
    return weights
