"""Test one fitted predictor on people it has never seen."""

from typing import Any

import numpy as np

from benchmarks.engine.tasks import SEGMENTATION
from benchmarks.engine.work.context import StepContext
from benchmarks.engine.work.fit import load_predictor
from benchmarks.engine.work.prediction import predict

PREDICTIONS = "predictions.npz"


def evaluate(context: StepContext) -> dict[str, Any]:
    """Return, for each selection rule, every target test subject's scores and the source's mean.

    Predictions (subjects, slices, h, w) go into ``predictions.npz``, masks as packed bits.
    """
    fit = context.parents("fit")[0]
    source, target = context.parents("domain")
    split = context.outputs(context.parents("split")[0].address)
    task, spacing = context.task, context.domain(target).spacing
    images, labels = context.volumes(target, split["target"]["test"])
    source_images, source_labels = context.volumes(source, split["source"]["test"])
    main = next(iter(task.metrics))
    rules, kept = {}, {}
    for number, rule in enumerate(context.fields["selection"]):
        predictor = load_predictor(context, fit.address, rule).to(context.compute.device).eval()
        found = predict(predictor, images, context.compute, task)
        on_source = predict(predictor, source_images, context.compute, task)
        source_scores = task.score(on_source, source_labels.cpu(), spacing)
        rules[rule] = {
            "subjects": task.score(found, labels.cpu(), spacing),
            "source": float(np.mean([scores[main] for scores in source_scores])),
        }
        array = found.numpy()
        kept[rule] = np.packbits(array, axis=-1) if task is SEGMENTATION else array
        context.progress(number + 1, len(context.fields["selection"]))
    np.savez_compressed(context.folder / PREDICTIONS, allow_pickle=False, **kept)
    return {
        "test_subjects": split["target"]["test"],
        "strata": task.strata(labels.cpu()),
        "rules": rules,
        "fit": fit.address,
    }
