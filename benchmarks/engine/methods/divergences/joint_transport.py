"""Optimal transport between two batches, by the distance of features and the loss of labels."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.methods.divergences.mmd import squared_distances
from benchmarks.engine.methods.divergences.precision import in_full_precision


def cheapest_pairs(costs: Tensor) -> NDArray[np.int64]:
    """Return the column of each row in the assignment of least cost, (n,), for ``costs`` (n, n).

    Of equally many samples with equal weights an optimal transport plan is an assignment
    (Birkhoff's theorem), so that it is exact.
    """
    _, columns = linear_sum_assignment(costs.detach().double().cpu().numpy())
    return np.asarray(columns, dtype=np.int64)


@in_full_precision
def label_losses(labels: Tensor, outputs: Tensor) -> Tensor:
    """Return the loss of each source label with each target output, (n, m).

    ``outputs`` (m, channels) are logits and ``labels`` (n,) classes: the cross-entropy. With one
    channel and labels that are numbers: the absolute difference.
    """
    if labels.is_floating_point():
        return (labels[:, None] - outputs[None, :, 0]).abs()
    return -functional.log_softmax(outputs, dim=1)[:, labels.long()].T


@in_full_precision
def joint_transport(
    source: Tensor, target: Tensor, labels: Tensor, outputs: Tensor, *, label_weight: float
) -> Tensor:
    """Return min over plans of the mean cost ||s_i - t_j||^2 / d + label_weight L(y_i, f(t_j)).

    Damodaran et al. 2018, eq. 3 and 6. Features are (n, d) each, ``labels`` (n,), ``outputs``
    (n, channels). The division by d is ours, so that weights do not depend on the network's width.
    No gradient passes through the plan, which is the minimum's (envelope theorem).
    """
    costs = squared_distances(source, target) / source.shape[1]
    costs = costs + label_weight * label_losses(labels, outputs)
    columns = torch.from_numpy(cheapest_pairs(costs)).to(costs.device)
    return costs.gather(1, columns[:, None]).mean()
