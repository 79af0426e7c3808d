"""Mutual information of features whose rows belong together, taken to be Gaussian, in nats."""

import torch
from torch import Tensor

from benchmarks.engine.methods.divergences.mutual_information import RIDGE, log_det
from benchmarks.engine.methods.divergences.precision import in_full_precision
from benchmarks.engine.training.losses import covariance


@in_full_precision
def paired_information(first: Tensor, second: Tensor, *, ridge: float = RIDGE) -> Tensor:
    """Return I(x; y) of features (n, d) and (n, e) whose rows belong together, a scalar.

    To be raised where two views of a subject shall say the same.
    """
    if first.shape[0] != second.shape[0]:
        raise ValueError(f"pairs need one length, got {first.shape[0]} and {second.shape[0]} rows")
    joint = torch.cat([first, second], dim=1)
    entropies = (
        log_det(covariance(first), ridge)
        + log_det(covariance(second), ridge)
        - log_det(covariance(joint), ridge)
    )
    return entropies / 2
