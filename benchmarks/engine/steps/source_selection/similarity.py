"""Similarity of the regions of two tasks."""

import torch
from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError
from benchmarks.engine.methods.transferability.roi_similarity import roi_similarity
from benchmarks.engine.steps.shared.context import Role, StepContext
from benchmarks.engine.steps.source_selection.outputs import PeopleOutputs, SimilarityOutputs
from benchmarks.engine.training.trainer import derived_seed
from benchmarks.plan.protocols.source_selection.steps import SimilarityStep
from benchmarks.plan.steps.step import Address


def similarity(context: StepContext[SimilarityStep]) -> SimilarityOutputs:
    """Return the mean windowed SSIM of two tasks' training masks (eq. 1), or why there is none.

    ``paired``: both masks of each slice of the same people. ``crossed``: every pair of at most
    ``masks`` masks per side, drawn once, since the number of pairs is their product.
    """
    parents = context.step.parents
    pairing, limit = context.step.pairing, context.step.masks
    masks = [
        _masks(context, "source", parents.source_people),
        _masks(context, "target", parents.target_people),
    ]
    if pairing == "crossed":
        masks = [_drawn(part, limit, role) for part, role in zip(masks, "st", strict=True)]
    try:
        value = roi_similarity(*masks, task=context.step.label, pairing=pairing)
    except ScoreError as error:
        return {"roi_similarity": None, "reason": error.reason, "pairing": pairing}
    return {"roi_similarity": value, "reason": "", "pairing": pairing}


def _masks(context: StepContext[SimilarityStep], side: Role, people: Address) -> Tensor:
    """Return the masks of a group's training people, (slices, h, w), on the CPU."""
    _, labels = context.slices(side, context.outputs(people, PeopleOutputs)["train"])
    return labels[:, 0].cpu()


def _drawn(masks: Tensor, limit: int, role: str) -> Tensor:
    generator = torch.Generator().manual_seed(derived_seed(0, f"masks {role}"))
    return masks[torch.randperm(len(masks), generator=generator)[:limit]]
