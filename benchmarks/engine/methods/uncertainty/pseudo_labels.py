"""Labels that a source network's own features and predictions suggest for target images."""

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.divergences.precision import in_full_precision

TINY = 1e-8


@in_full_precision
def pseudo_labels(features: Tensor, probabilities: Tensor) -> Tensor:
    """Return the class of the nearest centroid, (n,), of features (n, d), by the cosine distance.

    Liang et al. 2020 (SHOT): centroids are the means of features weighted by ``probabilities`` (n,
    classes), then once more of the features given each label. A class that no feature is given
    keeps its first centroid.
    """
    directions = functional.normalize(features, dim=1)
    first = _centroids(features, probabilities)
    nearest = (directions @ first.T).argmax(dim=1)
    given = functional.one_hot(nearest, probabilities.shape[1]).to(features.dtype)
    again = torch.where(given.any(dim=0)[:, None], _centroids(features, given), first)
    return (directions @ again.T).argmax(dim=1)


@in_full_precision
def prior_divergence(probabilities: Tensor, prior: Tensor) -> Tensor:
    """Return KL(mean p || ``prior``) in nats, a scalar, for (n, classes) and (classes,).

    0 where the predicted shares of the classes are the prior's. Liang et al. 2020 have a uniform
    prior; Bateson et al. 2020 that of the classes' known sizes.
    """
    shares = probabilities.mean(dim=0).clamp_min(TINY)
    return (shares * (shares.log() - prior.clamp_min(TINY).log())).sum()


def _centroids(features: Tensor, weights: Tensor) -> Tensor:
    """Return the direction of each class's weighted mean, (classes, d)."""
    means = weights.T @ features / weights.sum(dim=0)[:, None].clamp_min(TINY)
    return functional.normalize(means, dim=1)
