"""Train one strategy once."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from benchmarks.engine.domains.real.leakage import refuse_shared_subjects
from benchmarks.engine.strategy import Access, Supplier, load_strategy
from benchmarks.engine.training import Trainer, TrainingSettings, derived_seed
from benchmarks.engine.work.context import StepContext
from benchmarks.engine.work.prediction import predict
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.params import build_params

PRETRAINING_RULE = "source_validation"
"""Who transfers a network has no target labels yet when choosing its checkpoint."""


def predictor_file(rule: str) -> str:
    """Return the name of the file with the predictor that a selection rule chose."""
    return f"{rule}.pt"


def load_predictor(context: StepContext, address: str, rule: str) -> nn.Module:
    """Return the predictor that ``rule`` chose in a finished fit, on the CPU.

    Predictors are whole modules, since a strategy may keep more than a network's weights. Loading
    one runs code, so it must be ours: the store has checked the file against its manifest.
    """
    predictor: nn.Module = torch.load(
        context.file(address, predictor_file(rule)), map_location="cpu", weights_only=False
    )
    return predictor


def fit(context: StepContext) -> dict[str, Any]:
    """Return curves, cost and what each selection rule chose; the networks are files."""
    fields = context.fields
    card = strategy_card(fields["strategy"])
    torch.manual_seed(derived_seed(fields["seed"], "torch"))
    _reset_peak_memory(context)
    trainer = Trainer(
        compute=context.compute,
        settings=TrainingSettings.from_fields(fields),
        build=context.task.network,
        validate=_validator(context),
        on_progress=context.progress,
    )
    strategy = load_strategy(card, build_params(card.params, fields["params"]))
    strategy.fit(Access(card, _suppliers(context)), trainer)
    for rule, checkpoint in trainer.best.items():
        torch.save(checkpoint.predictor, context.folder / predictor_file(rule))
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
    source, target = context.parents("domain")
    refuse_shared_subjects(context.domain(source), context.domain(target))
    split = context.outputs(context.parents("split")[0].address)
    pool = split["target"]["pool"]
    labelled = pool[: context.fields["n_target"]]

    def source_slices(which: int) -> Supplier:
        return lambda: context.slices(source, split["source"]["train"])[which]

    def target_slices(which: int) -> Supplier:
        return lambda: context.slices(target, labelled or pool)[which]

    return {
        "source_images": source_slices(0),
        "source_labels": source_slices(1),
        "target_images": target_slices(0),
        "target_labels": target_slices(1),
        "source_weights": lambda: load_predictor(
            context, context.parents("fit")[0].address, PRETRAINING_RULE
        ).state_dict(),
    }


def _validator(context: StepContext) -> Callable[[nn.Module], dict[str, float]]:
    source, target = context.parents("domain")
    split = context.outputs(context.parents("split")[0].address)
    held = {
        "source_validation": context.volumes(source, split["source"]["validation"]),
        "target_validation": context.volumes(target, split["target"]["validation"]),
    }

    def validate(network: nn.Module) -> dict[str, float]:
        return {
            rule: context.task.validate(
                predict(network, images, context.compute, context.task), labels.cpu()
            )
            for rule, (images, labels) in held.items()
            if rule in context.fields["selection"]
        }

    return validate


def _reset_peak_memory(context: StepContext) -> None:
    if context.compute.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(context.compute.device)
