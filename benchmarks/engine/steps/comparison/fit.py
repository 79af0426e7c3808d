"""Training of one strategy, once."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.engine.domains.real.leakage import refuse_shared_subjects
from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks.by_domain import asked_about
from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.steps.comparison.outputs import SplitOutputs
from benchmarks.engine.steps.shared.context import Role, StepContext
from benchmarks.engine.steps.shared.outputs import FitOutputs
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.steps.shared.weights import load_weights
from benchmarks.engine.training.access import (
    Access,
    Supplier,
    check_adaptation,
    load_strategy,
)
from benchmarks.engine.training.losses import LOSSES
from benchmarks.engine.training.trainer import Trainer, TrainingSettings, derived_seed
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.params import build_params
from benchmarks.plan.protocols.comparison.steps import FitStep
from benchmarks.plan.selection_rules import PRETRAINED_RULE, VALIDATED_RULES
from benchmarks.plan.steps.shared import TrainingStep
from benchmarks.plan.steps.step import Address, Step

Volumes = tuple[Tensor, Tensor]
SIDE_OF_RULE: dict[str, Role] = {"source_validation": "source", "target_validation": "target"}


def predictor_file(rule: str) -> str:
    """Return the name of the file with the predictor chosen by a selection rule."""
    return f"{rule}.safetensors"


def load_predictor(context: StepContext[Step], address: Address, rule: str) -> nn.Module:
    """Return the predictor that ``rule`` chose in a finished fit, on the CPU, in eval mode."""
    return read_predictor(context.file(address, predictor_file(rule)))


def fit(context: StepContext[FitStep]) -> FitOutputs:
    """Return curves, cost and each selection rule's checkpoint; the networks are files."""
    return train(context, _suppliers(context), _held(context))


def train(
    context: StepContext[TrainingStep],
    suppliers: Mapping[str, Supplier],
    held: Mapping[str, Volumes],
) -> FitOutputs:
    """Train the strategy of the step and write the networks chosen by its selection rules.

    ``held`` are the validation volumes of each selection rule that needs them.
    """
    step = context.step
    card = strategy_card(step.strategy)
    torch.manual_seed(derived_seed(step.seed, "torch"))
    _reset_peak_memory(context)
    trainer = Trainer(
        compute=context.compute,
        settings=TrainingSettings.of(step),
        build=context.task.networks[step.network],
        validate=_validator(context, held),
        on_progress=context.progress,
        loss=LOSSES[step.loss],
    )
    strategy = load_strategy(card, build_params(card.params, step.params))
    strategy.fit(Access(card, suppliers), trainer)
    for rule, checkpoint in trainer.best.items():
        check_adaptation(card, checkpoint.predictor)
        save_predictor(checkpoint.predictor, context.folder / predictor_file(rule))
    return {
        "chosen": {
            rule: {"iteration": best.iteration, "score": best.score}
            for rule, best in trainer.best.items()
        },
        "curve": trainer.curve,
        "validations": trainer.validations,
        "records": trainer.records,
        "cost": trainer.cost.as_json(),
    }


def _suppliers(context: StepContext[FitStep]) -> dict[str, Supplier]:
    step = context.step
    split = context.outputs(step.parents.split, SplitOutputs)
    pool = split["target"]["pool"]
    suppliers = {
        **slices_of("target", context, pool[: step.n_target] or pool),
        "source_weights": lambda: _source_weights(context),
    }
    if step.parents.source is not None:
        refuse_shared_subjects(context.domain("source"), context.domain("target"))
        suppliers |= slices_of("source", context, split["source"]["train"])
    return suppliers


def slices_of(
    side: Role, context: StepContext[TrainingStep], subjects: Sequence[int]
) -> dict[str, Supplier]:
    """Return suppliers of images, intensities, labels and people of subjects of one side."""
    return {
        f"{side}_people": lambda: people_of(context, side, subjects),
        f"{side}_images": lambda: context.slices(side, subjects)[0],
        f"{side}_intensities": lambda: context.intensities(side, subjects),
        f"{side}_labels": lambda: context.slices(side, subjects)[1],
    }


def people_of(
    context: StepContext[TrainingStep], side: Role, subjects: Sequence[int]
) -> NDArray[np.int_]:
    """Return the subject of each slice of ``slices_of``, (slices,)."""
    slices = context.domain_step(side).slices
    return np.repeat(np.asarray(subjects, dtype=int), slices)


def _source_weights(context: StepContext[FitStep]) -> dict[str, Tensor]:
    parents = context.step.parents
    if parents.weights is not None:
        return load_weights(context, parents.weights)
    if parents.pretraining is None:
        raise EngineError(f"{context.step.label}: no network was planned to start from")
    weights: dict[str, Tensor] = load_predictor(
        context, parents.pretraining, PRETRAINED_RULE
    ).state_dict()
    return weights


def _held(context: StepContext[FitStep]) -> dict[str, Volumes]:
    """Return the validation volumes of each rule of the step that chooses by a score."""
    split = context.outputs(context.step.parents.split, SplitOutputs)
    sides = {rule: SIDE_OF_RULE[rule] for rule in context.step.rules if rule in VALIDATED_RULES}
    return {rule: context.volumes(side, split[side]["validation"]) for rule, side in sides.items()}


def _validator(
    context: StepContext[TrainingStep], held: Mapping[str, Volumes]
) -> Callable[[nn.Module], dict[str, float]]:
    def validate(network: nn.Module) -> dict[str, float]:
        return {
            rule: context.task.validate(
                predict(
                    asked_about(network, SIDE_OF_RULE[rule]), images, context.compute, context.task
                ),
                labels.cpu(),
            )
            for rule, (images, labels) in held.items()
        }

    return validate


def _reset_peak_memory(context: StepContext[Step]) -> None:
    if context.compute.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(context.compute.device)
