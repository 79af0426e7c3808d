"""Test of one fitted predictor on the test subjects."""

import numpy as np
from torch import nn

from benchmarks.engine.networks.by_domain import asked_about
from benchmarks.engine.steps.comparison.fit import load_predictor
from benchmarks.engine.steps.comparison.outputs import SplitOutputs
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import TestedRule, TestOutputs
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.plan.protocols.comparison.steps import EvaluateStep

PREDICTIONS = "predictions.npz"


def evaluate(context: StepContext[EvaluateStep]) -> TestOutputs:
    """Return each target test subject's scores and the source's mean, for each selection rule.

    Predictions (subjects, slices, h, w) are written to ``predictions.npz``, masks as packed bits.
    """
    parents, selection_rules = context.step.parents, context.step.rules
    test = context.outputs(parents.split, SplitOutputs)["target"]["test"]
    images, labels = context.volumes("target", test)
    target = context.domain("target")
    rules: dict[str, TestedRule] = {}
    kept = {}
    for number, rule in enumerate(selection_rules):
        predictor = load_predictor(context, parents.fit, rule).to(context.compute.device).eval()
        asked = asked_about(predictor, "target")
        found = predict(asked, images, context.compute, context.task)
        rules[rule] = {
            "subjects": context.task.score(found, labels.cpu(), target.spacing),
            "source": _on_source(context, predictor),
        }
        array = found.numpy()
        kept[rule] = np.packbits(array, axis=-1) if context.task is SEGMENTATION else array
        context.progress(number + 1, len(selection_rules))
    np.savez_compressed(context.folder / PREDICTIONS, allow_pickle=False, **kept)
    return {
        "test_subjects": test,
        "strata": context.task.strata(labels.cpu()),
        "sites": target.sites_of(test),
        "rules": rules,
        "fit": parents.fit,
    }


def _on_source(context: StepContext[EvaluateStep], predictor: nn.Module) -> float | None:
    """Return the main metric's mean over the source's test subjects, None without any."""
    parents = context.step.parents
    if parents.source is None:
        return None
    test = context.outputs(parents.split, SplitOutputs)["source"]["test"]
    images, labels = context.volumes("source", test)
    asked = asked_about(predictor, "source")
    found = predict(asked, images, context.compute, context.task)
    scores = context.task.score(found, labels.cpu(), context.domain("target").spacing)
    main = context.task.metrics[0].slug
    return float(np.mean([subject[main] for subject in scores]))
