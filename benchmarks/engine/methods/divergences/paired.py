"""Distances between the features of one subject seen twice."""

from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision


@in_full_precision
def paired_consistency(first: Tensor, second: Tensor) -> Tensor:
    """Return mean_i ||a_i - b_i||_2^2 for features (n, ...) whose rows belong together, a scalar.

    The Euclidean consistency of Orbes-Arteaga et al. 2019 (eq. 1), who apply it to predictions of
    one slice and of its augmented or other-contrast version. The square is ours: it has a gradient
    where the pair agrees. What follows the first axis is flattened.
    """
    if first.shape != second.shape:
        raise ValueError(f"pairs need one shape, got {tuple(first.shape)}, {tuple(second.shape)}")
    return (first - second).flatten(1).square().sum(dim=1).mean()
