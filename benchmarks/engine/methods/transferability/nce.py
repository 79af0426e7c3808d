"""Negative conditional entropy of target labels given source labels (Tran et al., ICCV 2019).

    NCE = sum_{s,t} P(s, t) log( P(s, t) / P(s) )  <=  0,  in nats,

P being the empirical joint distribution of the two labels of the same inputs. 0: the source's label
determines the target's. `negative_conditional_entropy` works on any joint table, so that OTCE (eq.
6 of Li et al.) and NCE share it.
"""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError, labels_of


def negative_conditional_entropy(joint: Tensor) -> float:
    """Return -H(columns | rows) of a table of probabilities (source classes, target classes)."""
    given = joint.sum(1, keepdim=True)
    return float(torch.special.xlogy(joint, joint / given.clamp_min(torch.finfo().tiny)).sum())


def nce(
    source_labels: ArrayLike | Tensor, target_labels: ArrayLike | Tensor, *, task: str
) -> float:
    """Return the NCE, in nats, of two integer label arrays of one shape; higher is better."""
    if not isinstance(target_labels, Tensor):
        target_labels = torch.as_tensor(target_labels)
    shape = tuple(target_labels.shape)
    if 0 in shape or not shape:
        raise ScoreError(task, f"target labels must not be empty, got shape {shape}")
    # A source with one class is no error: it is uninformative, and NCE is -H(target).
    sources, source = labels_of(source_labels, "source labels", task=task, shape=shape, classes=1)
    targets, target = labels_of(target_labels, "target labels", task=task, shape=shape)
    pairs = torch.bincount(
        (source * len(targets) + target).flatten(), minlength=len(sources) * len(targets)
    )
    joint = pairs.view(len(sources), len(targets)).double() / pairs.sum()
    return negative_conditional_entropy(joint)
