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
    rows = [weight.transpose(0, 1).flatten(1) for weight in weights]
    return l21_norm(torch.cat(rows, dim=1))
