"""Distances between two sets of features of the same subjects."""

from torch import Tensor

from benchmarks.engine.methods.divergences.precision import in_full_precision


@in_full_precision
def paired_consistency(first: Tensor, second: Tensor) -> Tensor:
    """Return mean_i ||a_i - b_i||_2^2, a scalar, for two (n, ...) features with paired rows.

    The Euclidean consistency of Orbes-Arteaga et al. 2019 (eq. 1), who apply it to predictions of
    one slice and of its augmented or other-contrast version. The square is ours: its gradient
    exists where the pair agrees. Axes after the first are flattened.
    """
    if first.shape != second.shape:
        raise ValueError(f"pairs need one shape, got {tuple(first.shape)}, {tuple(second.shape)}")
    return (first - second).flatten(1).square().sum(dim=1).mean()
