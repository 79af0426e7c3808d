"""Joint sparsity: a penalty by which all domains use the same features."""

from collections.abc import Sequence

import torch
from torch import Tensor


def l21_norm(matrix: Tensor) -> Tensor:
    """Return ||W||_{2,1} = sum_i ||W_i||_2 over the rows of (features, columns), a scalar.

    Argyriou, Evgeniou and Pontil 2007, eq. 4. The gradient of a zero row is zero, torch's choice
    among the subgradients.
    """
    return torch.linalg.vector_norm(matrix, dim=1).sum()


def joint_sparsity(weights: Sequence[Tensor]) -> Tensor:
    """Return the L2,1 norm over domains or tasks that share their input features, a scalar.

    Each tensor is (outputs, features, ...), as torch stores linear and convolution weights. Row i
    of the joint matrix holds all domains' weights of feature i, so that the penalty removes a
    feature from all domains together.
    """
    return l21_norm(joint_rows(weights))


def joint_rows(weights: Sequence[Tensor]) -> Tensor:
    """Return the joint matrix (features, all outputs) of weights (outputs, features, ...)."""
    return torch.cat([weight.transpose(0, 1).flatten(1) for weight in weights], dim=1)


def shrinkage(rows: Tensor, threshold: float) -> Tensor:
    """Return the factor max(0, 1 - threshold / ||W_i||) of each row, (features,).

    Rows times their factors minimise 1/2 ||V - W||^2 + threshold ||V||_{2,1}: the proximal step of
    the norm (Yuan and Lin 2006, eq. 2.4). Rows shorter than the threshold become exactly zero. A
    step along the gradient never does that: it only makes them short.
    """
    lengths = torch.linalg.vector_norm(rows, dim=1)
    tiny = torch.finfo(rows.dtype).tiny
    return (1 - threshold / lengths.clamp_min(tiny)).clamp_min(0)
