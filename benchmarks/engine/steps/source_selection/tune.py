"""Pretraining, tuning of the decoder, and test of a source network, as in Li et al."""

from torch import Tensor

from benchmarks.engine.errors import EngineError
from benchmarks.engine.steps.comparison.fit import load_predictor, slices_of, train
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import FitOutputs, TestOutputs
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.steps.source_selection.outputs import PeopleOutputs, TuneOutputs
from benchmarks.plan.protocols.source_selection.steps import (
    PretrainStep,
    TargetTestStep,
    TuneStep,
)
from benchmarks.plan.selection_rules import PRETRAINING_RULE


def pretrain(context: StepContext[PretrainStep]) -> FitOutputs:
    """Return the result of `train` for one source task; it does not depend on a target."""
    people = context.outputs(context.step.parents.people, PeopleOutputs)
    held = {PRETRAINING_RULE: context.volumes("source", people["validation"])}
    return train(context, slices_of("source", context, people["train"]), held)


def tune(context: StepContext[TuneStep]) -> TuneOutputs:
    """Return the result of `train` for a target: from a source network or random weights.

    The numbers of people come with it: a real group may have fewer than requested.
    """
    step = context.step
    people = context.outputs(step.parents.people, PeopleOutputs)
    labelled = people["train"][: step.n_target]
    suppliers = {
        **slices_of("target", context, labelled),
        "source_weights": lambda: _source_weights(context),
    }
    held = {rule: context.volumes("target", people["validation"]) for rule in step.rules}
    return {
        **train(context, suppliers, held),
        "labelled": len(labelled),
        "validated": len(people["validation"]),
        "shared": people["shared"],
    }


def _source_weights(context: StepContext[TuneStep]) -> dict[str, Tensor]:
    pretraining = context.step.parents.pretraining
    if pretraining is None:
        raise EngineError(f"{context.step.label}: no network was planned to start from")
    weights: dict[str, Tensor] = load_predictor(context, pretraining, PRETRAINING_RULE).state_dict()
    return weights


def test(context: StepContext[TargetTestStep]) -> TestOutputs:
    """Return every target test subject's scores, with the network of the selection rule."""
    parents, rule = context.step.parents, context.step.rule
    subjects = context.outputs(parents.people, PeopleOutputs)["test"]
    images, labels = context.volumes("target", subjects)
    network = load_predictor(context, parents.tuning, rule).to(context.compute.device).eval()
    found = predict(network, images, context.compute, context.task)
    target = context.domain("target")
    scores = context.task.score(found, labels.cpu(), target.spacing)
    return {
        "test_subjects": subjects,
        "strata": context.task.strata(labels.cpu()),
        "sites": target.sites_of(subjects),
        "rules": {rule: {"subjects": scores}},
        "fit": parents.tuning,
    }
