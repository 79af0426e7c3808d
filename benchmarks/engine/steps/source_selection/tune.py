"""Pretrain a source network, train its decoder for a target, test it: the protocol of Li et al."""

from typing import Any

from benchmarks.engine.steps.comparison.fit import (
    PRETRAINING_RULE,
    load_predictor,
    slices_of,
    train,
)
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.prediction import predict


def pretrain(context: StepContext) -> dict[str, Any]:
    """Return what `train` does, for one source task on its own: no target is known here."""
    domain = context.parents("domain")[0]
    people = context.outputs(context.parents("people")[0].address)
    held = {PRETRAINING_RULE: context.volumes(domain, people["validation"])}
    return train(context, slices_of("source", context, domain, people["train"]), held)


def tune(context: StepContext) -> dict[str, Any]:
    """Return what `train` does, for a target: from a source network, or from random weights.

    ``labelled`` says from how many people: a real group may have fewer than asked for.
    """
    domain = context.parents("domain")[0]
    people = context.outputs(context.parents("people")[0].address)
    labelled = people["train"][: context.fields["n_target"]]
    suppliers = {
        **slices_of("target", context, domain, labelled),
        "source_weights": lambda: load_predictor(
            context, context.parents("pretrain")[0].address, PRETRAINING_RULE
        ).state_dict(),
    }
    rule = context.fields["selection"][0]
    trained = train(context, suppliers, {rule: context.volumes(domain, people["validation"])})
    return {**trained, "labelled": len(labelled)}


def test(context: StepContext) -> dict[str, Any]:
    """Return every target test subject's scores under the rule that chose the network."""
    domain = context.parents("domain")[0]
    tuned = context.parents("tune")[0]
    subjects = context.outputs(context.parents("people")[0].address)["test"]
    images, labels = context.volumes(domain, subjects)
    rule = context.fields["selection"][0]
    network = load_predictor(context, tuned.address, rule).to(context.compute.device).eval()
    found = predict(network, images, context.compute, context.task)
    scores = context.task.score(found, labels.cpu(), context.domain(domain).spacing)
    return {
        "test_subjects": subjects,
        "strata": context.task.strata(labels.cpu()),
        "rules": {rule: {"subjects": scores}},
        "fit": tuned.address,
    }
