"""Log expected empirical prediction (Nguyen et al., ICML 2020).

    LEEP = 1/n sum_i log sum_z P(y_i | z) theta(x_i)_z  <=  0,  in nats,
    P(y | z) = P(y, z) / P(z),   P(y, z) = 1/n sum_{i: y_i = y} theta(x_i)_z :

the mean log likelihood of the target labels y if a source class z is drawn from the source model's
probabilities theta(x), and then a label from P(y | z).
"""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError, features_of, labels_of

SUM_TOLERANCE = 1e-3  # half-precision softmax outputs add up to 1 within this


def leep(probabilities: ArrayLike | Tensor, labels: ArrayLike | Tensor, *, task: str) -> float:
    """Return LEEP, in nats, of (n, source classes) probabilities and (n,) target labels."""
    theta = features_of(
        probabilities, "probabilities", task=task, dimensions=2, dtype=torch.float64
    )
    totals = theta.sum(1, keepdim=True)
    if bool((theta < 0).any()) or bool(((totals - 1).abs() > SUM_TOLERANCE).any()):
        raise ScoreError(task, "probabilities must be >= 0 and add up to 1 a row: apply softmax")
    theta = theta / totals
    found, label = labels_of(labels, "target labels", task=task, shape=theta.shape[:1])
    joint = theta.new_zeros(len(found), theta.shape[1]).index_add_(0, label, theta) / len(theta)
    # A source class that is never predicted has no P(y | z); its theta is 0, so it adds nothing.
    conditional = joint / joint.sum(0).clamp_min(torch.finfo(joint.dtype).tiny)
    return float((conditional[label] * theta).sum(1).log().mean())
