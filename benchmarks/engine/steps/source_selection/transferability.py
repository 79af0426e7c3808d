"""Transferability scores of one pair of tasks, without any tuning."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.engine.methods.transferability.pair import Scored, ScoreSettings, Side, score_pair
from benchmarks.engine.running.device import Compute
from benchmarks.engine.steps.comparison.fit import load_predictor
from benchmarks.engine.steps.shared.context import Role, StepContext
from benchmarks.engine.steps.shared.prediction import SLICES_AT_ONCE
from benchmarks.engine.steps.source_selection.outputs import PeopleOutputs, TransferabilityOutputs
from benchmarks.engine.training.trainer import derived_seed
from benchmarks.plan.protocols.source_selection.steps import TransferabilityStep
from benchmarks.plan.selection_rules import PRETRAINING_RULE


def transferability(context: StepContext[TransferabilityStep]) -> TransferabilityOutputs:
    """Return every score on all labelled target images, and on resamples of their people.

    ``scores``: name -> value or None; ``reasons`` where there is none; ``resampled``: name -> one
    value per draw of as many people with replacement, the same draws for all sources of a target;
    ``seconds``: of the features of each side and of each score, resamples not counted.
    """
    seconds: dict[str, float] = {}
    source, target = _seen(context, "source", seconds), _seen(context, "target", seconds)
    scored = _score(context, target.side(range(target.people)), source.side(range(source.people)))
    seconds |= {name: found.seconds for name, found in scored.items()}
    return {
        "scores": {name: found.value for name, found in scored.items()},
        "reasons": {name: found.reason for name, found in scored.items() if found.reason},
        "resampled": _resampled(context, target, source),
        "seconds": seconds,
    }


class _Group:
    """Features (people, slices, C, h, w) and labels (people, slices, h, w) of some people."""

    def __init__(self, features: Tensor, labels: Tensor) -> None:
        self._features, self._labels = features, labels
        self.people = len(labels)

    def side(self, people: Any) -> Side:
        """Return the images of the people at these indices, which may repeat."""
        chosen = torch.as_tensor(list(people))
        return Side(self._features[chosen].flatten(0, 1), self._labels[chosen].flatten(0, 1))


def _seen(
    context: StepContext[TransferabilityStep], side: Role, seconds: dict[str, float]
) -> _Group:
    """Return the source network's features of one side's training people; records seconds.

    OTCE draws its pixels from as many source people as there are labelled target people, because
    features of all source people would cost more than the score.
    """
    started = time.perf_counter()
    parents = context.step.parents
    people = {"source": parents.source_people, "target": parents.target_people}[side]
    subjects = context.outputs(people, PeopleOutputs)["train"][: context.step.n_target]
    network = load_predictor(context, parents.pretraining, PRETRAINING_RULE)
    network = network.to(context.compute.device).eval()
    images, labels = context.volumes(side, subjects)
    group = _Group(_logits(network, images, context.compute), labels[:, :, 0].cpu())
    seconds[f"{side}_features"] = time.perf_counter() - started
    return group


@torch.inference_mode()
def _logits(network: nn.Module, images: Tensor, compute: Compute) -> Tensor:
    """Return logits (people, slices, 2, h, w) on the CPU, for images with a channel axis."""
    flat = images.flatten(0, 1).contiguous(memory_format=torch.channels_last)
    found = []
    for chunk in flat.split(SLICES_AT_ONCE):
        with compute.autocast():
            found.append(network(chunk).float().cpu())
    return torch.cat(found).unflatten(0, images.shape[:2])


def _score(
    context: StepContext[TransferabilityStep], target: Side, source: Side
) -> dict[str, Scored]:
    settings = ScoreSettings(
        inversion=context.step.inversion,
        otce_pixels=context.step.otce_pixels,
        otce_tolerance=context.step.otce_tolerance,
        seed=derived_seed(context.step.seed, "OTCE pixels"),
    )
    return score_pair(target, source, task=context.step.label, settings=settings)


def _resampled(
    context: StepContext[TransferabilityStep], target: _Group, source: _Group
) -> Mapping[str, list[float | None]]:
    everyone = source.side(range(source.people))
    count = context.step.resamples
    found: dict[str, list[float | None]] = {}
    for number in range(count):
        seed = derived_seed(context.step.seed, f"labelled people {number}")
        people = np.random.default_rng(seed).integers(target.people, size=target.people)
        for name, scored in _score(context, target.side(people), everyone).items():
            found.setdefault(name, []).append(scored.value)
        context.progress(number + 1, count)
    return found
