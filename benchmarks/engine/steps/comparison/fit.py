"""Train one strategy once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.engine.domains.real.leakage import refuse_shared_subjects
from benchmarks.engine.networks.stored import read_predictor, save_predictor
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.steps.shared.weights import load_weights
from benchmarks.engine.training.access import Access, Supplier, load_strategy
from benchmarks.engine.training.losses import LOSSES
from benchmarks.engine.training.trainer import Trainer, TrainingSettings, derived_seed
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.params import build_params
from benchmarks.plan.spec import U_NET
from benchmarks.plan.steps import Step

Volumes = tuple[Tensor, Tensor]
PRETRAINING_RULE = "source_validation"
"""Who transfers a network has no target labels yet when choosing its checkpoint."""


def predictor_file(rule: str) -> str:
    """Return the name of the file with the predictor that a selection rule chose."""
    return f"{rule}.safetensors"


def load_predictor(context: StepContext, address: str, rule: str) -> nn.Module:
    """Return the predictor that ``rule`` chose in a finished fit, on the CPU, in eval mode."""
    return read_predictor(context.file(address, predictor_file(rule)))


def fit(context: StepContext) -> dict[str, Any]:
    """Return curves, cost and what each selection rule chose; the networks are files."""
    return train(context, _suppliers(context), _held(context))


def train(
    context: StepContext, suppliers: Mapping[str, Supplier], held: Mapping[str, Volumes]
) -> dict[str, Any]:
    """Train the strategy of the step's fields and write the networks that its rules choose.

    ``held`` are the volumes on which each selection rule validates.
    """
    fields = context.fields
    card = strategy_card(fields["strategy"])
    torch.manual_seed(derived_seed(fields["seed"], "torch"))
    _reset_peak_memory(context)
    trainer = Trainer(
        compute=context.compute,
        settings=TrainingSettings.from_fields(fields),
        build=context.task.networks[fields.get("network", U_NET)],
        validate=_validator(context, held),
        on_progress=context.progress,
        loss=LOSSES[fields.get("loss", "task")],
    )
    strategy = load_strategy(card, build_params(card.params, fields["params"]))
    strategy.fit(Access(card, suppliers), trainer)
    for rule, checkpoint in trainer.best.items():
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


def _suppliers(context: StepContext) -> dict[str, Supplier]:
    source, target = context.source, context.target
    split = context.outputs(context.parents("split")[0].address)
    pool = split["target"]["pool"]
    labelled = pool[: context.fields["n_target"]]
    suppliers = {
        **slices_of("target", context, target, labelled or pool),
        "source_weights": lambda: _source_weights(context),
    }
    if source is not None:
        refuse_shared_subjects(context.domain(source), context.domain(target))
        suppliers |= slices_of("source", context, source, split["source"]["train"])
    return suppliers


def slices_of(
    side: str, context: StepContext, domain: Step, subjects: Sequence[int]
) -> dict[str, Supplier]:
    """Return what supplies one side's images and labels of some subjects."""
    return {
        f"{side}_images": lambda: context.slices(domain, subjects)[0],
        f"{side}_labels": lambda: context.slices(domain, subjects)[1],
    }


def _source_weights(context: StepContext) -> dict[str, Tensor]:
    if published := context.parents("weights"):
        return load_weights(context, published[0].address)
    pretraining = context.parents("fit")[0].address
    weights: dict[str, Tensor] = load_predictor(context, pretraining, PRETRAINING_RULE).state_dict()
    return weights


def _held(context: StepContext) -> dict[str, Volumes]:
    """Return the volumes that each of the step's selection rules validates on."""
    split = context.outputs(context.parents("split")[0].address)
    sides = {"source_validation": context.source, "target_validation": context.target}
    return {
        rule: context.volumes(domain, split[rule.removesuffix("_validation")]["validation"])
        for rule, domain in sides.items()
        if domain is not None and rule in context.fields["selection"]
    }


def _validator(
    context: StepContext, held: Mapping[str, Volumes]
) -> Callable[[nn.Module], dict[str, float]]:
    def validate(network: nn.Module) -> dict[str, float]:
        return {
            rule: context.task.validate(
                predict(network, images, context.compute, context.task), labels.cpu()
            )
            for rule, (images, labels) in held.items()
        }

    return validate


def _reset_peak_memory(context: StepContext) -> None:
    if context.compute.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(context.compute.device)
