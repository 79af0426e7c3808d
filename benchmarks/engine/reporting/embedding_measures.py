"""Measures of an embedding: distance between domains and separability of classes."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Array = NDArray[np.floating]
Labels = NDArray[np.int_]
FOLDS = 5
SILHOUETTE_SAMPLES = 2000


def proxy_a_distance(
    source: Array,
    target: Array,
    *,
    seed: int,
    subjects: tuple[Labels, Labels] | None = None,
) -> float:
    """Return 2 (1 - 2 e) for the error e of a linear classifier of domains, in [0, 2].

    Ben-David et al. 2007, section 4, with the Huber-loss SVM of the paper replaced by logistic
    regression (ours, C = 1, standardised). e is the mean of the out-of-fold errors on both domains,
    so that unequal sizes do not count as distance. The result is 0 where domains are
    indistinguishable and 2 where they are always distinguished. An error above a half is due to
    chance and counts as a half.

    ``subjects`` (n,) and (m,) keep samples of one subject in one fold. Without it, slices of one
    subject are in training and test folds, and any two domains of different people look distant.
    """
    samples = np.concatenate([source, target])
    domains = np.repeat([0, 1], [len(source), len(target)])
    fold_of = _folds(domains, subjects, seed)
    classifier = make_pipeline(
        StandardScaler(), LogisticRegression(max_iter=1000, class_weight="balanced")
    )
    splits = [(np.flatnonzero(fold_of != k), np.flatnonzero(fold_of == k)) for k in range(FOLDS)]
    predicted = cross_val_predict(classifier, samples, domains, cv=splits)
    errors = [float((predicted[domains == domain] != domain).mean()) for domain in (0, 1)]
    error = min(sum(errors) / 2, 0.5)
    return 2 * (1 - 2 * error)


def fisher_ratio(features: Array, labels: Labels) -> float:
    """Return trace(S_between) / trace(S_within) for features (n, d) and classes (n,).

    The scatter of class means about the mean, weighted by class sizes, over the scatter about class
    means (Fukunaga 1990, section 10.2, J4): 0 where all classes have the same mean, infinite where
    each class is one point.
    """
    _, index, counts = _classes(labels)
    means = np.stack([features[index == value].mean(axis=0) for value in range(len(counts))])
    between = counts @ np.square(means - features.mean(axis=0)).sum(axis=1)
    within = np.square(features - means[index]).sum()
    if within == 0:
        return float("inf") if between > 0 else 0.0
    return float(between / within)


def silhouette(features: Array, labels: Labels, *, seed: int) -> float:
    """Return the mean silhouette of the classes in [-1, 1] (Rousseeuw 1987).

    It is computed over at most 2,000 random samples, since its cost is quadratic.
    """
    _classes(labels)
    size = min(len(labels), SILHOUETTE_SAMPLES)
    return float(silhouette_score(features, labels, sample_size=size, random_state=seed))


def _classes(labels: Labels) -> tuple[Labels, Labels, Labels]:
    values, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if len(values) < 2:
        raise ValueError(f"separability needs at least 2 classes, got {values.tolist()}")
    return values, index, counts


def _folds(domains: Labels, subjects: tuple[Labels, Labels] | None, seed: int) -> Labels:
    """Return the fold of each sample; each fold has subjects or samples of both domains."""
    offset = 0 if subjects is None else int(subjects[0].max()) + 1
    units = (
        np.arange(len(domains))
        if subjects is None
        else np.concatenate([subjects[0], subjects[1] + offset])
    )
    distinct, first, index = np.unique(units, return_index=True, return_inverse=True)
    if min(np.bincount(domains[first], minlength=2)) < FOLDS:
        raise ValueError(
            f"the proxy A-distance needs {FOLDS} subjects or samples of each domain, got "
            f"{np.bincount(domains[first], minlength=2).tolist()}"
        )
    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    fold_of = np.empty(len(distinct), dtype=int)
    for fold, (_, held_out) in enumerate(splits.split(distinct, domains[first])):
        fold_of[held_out] = fold
    return np.asarray(fold_of[index])
