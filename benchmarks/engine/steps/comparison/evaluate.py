"""Test one fitted predictor on people it has never seen."""

from typing import Any

import numpy as np
from torch import nn

from benchmarks.engine.steps.comparison.fit import load_predictor
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.prediction import predict
from benchmarks.engine.tasks.catalog import SEGMENTATION

PREDICTIONS = "predictions.npz"


def evaluate(context: StepContext) -> dict[str, Any]:
    """Return, for each selection rule, every target test subject's scores and the source's mean.

    Predictions (subjects, slices, h, w) go into ``predictions.npz``, masks as packed bits.
    """
    fit, target = context.parents("fit")[0], context.target
    test = context.outputs(context.parents("split")[0].address)["target"]["test"]
    images, labels = context.volumes(target, test)
    rules, kept = {}, {}
    for number, rule in enumerate(context.fields["selection"]):
        predictor = load_predictor(context, fit.address, rule).to(context.compute.device).eval()
        found = predict(predictor, images, context.compute, context.task)
        rules[rule] = {
            "subjects": context.task.score(found, labels.cpu(), context.domain(target).spacing),
            "source": _on_source(context, predictor),
        }
        array = found.numpy()
        kept[rule] = np.packbits(array, axis=-1) if context.task is SEGMENTATION else array
        context.progress(number + 1, len(context.fields["selection"]))
    np.savez_compressed(context.folder / PREDICTIONS, allow_pickle=False, **kept)
    return {
        "test_subjects": test,
        "strata": context.task.strata(labels.cpu()),
        "rules": rules,
        "fit": fit.address,
    }


def _on_source(context: StepContext, predictor: nn.Module) -> float | None:
    """Return the mean of the main metric over the source's test subjects, where there are any."""
    if context.source is None:
        return None
    test = context.outputs(context.parents("split")[0].address)["source"]["test"]
    images, labels = context.volumes(context.source, test)
    found = predict(predictor, images, context.compute, context.task)
    scores = context.task.score(found, labels.cpu(), context.domain(context.target).spacing)
    main = next(iter(context.task.metrics))
    return float(np.mean([subject[main] for subject in scores]))
