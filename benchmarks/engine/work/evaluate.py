"""Test one fitted network on people it has never seen."""

from typing import Any

import numpy as np
from torch import Tensor

from benchmarks.engine.metrics import segmentation_scores
from benchmarks.engine.work.context import StepContext
from benchmarks.engine.work.fit import load_predictor
from benchmarks.engine.work.prediction import predict, validation_dice

PREDICTIONS = "predictions.npz"


def evaluate(context: StepContext) -> dict[str, Any]:
    """Return, for each selection rule, every target test subject's scores and the source Dice.

    The masks go into ``predictions.npz`` as packed bits, (subjects, ...) a rule.
    """
    fit = context.parents("fit")[0]
    source, target = context.parents("domain")
    split = context.outputs(context.parents("split")[0].address)
    images, labels = context.volumes(target, split["target"]["test"])
    source_images, source_labels = context.volumes(source, split["source"]["test"])
    rules, masks = {}, {}
    for number, rule in enumerate(context.fields["selection"]):
        network = load_predictor(context, fit.address, rule).to(context.compute.device).eval()
        predictions = predict(network, images, context.compute)
        on_source = predict(network, source_images, context.compute)
        rules[rule] = {
            "subjects": _scores(predictions, labels, context.domain(target).spacing),
            "source_dice": validation_dice(on_source, source_labels),
        }
        masks[rule] = np.packbits(predictions.cpu().numpy(), axis=-1)
        context.progress(number + 1, len(context.fields["selection"]))
    np.savez_compressed(context.folder / PREDICTIONS, allow_pickle=False, **masks)
    return {"test_subjects": split["target"]["test"], "rules": rules, "fit": fit.address}


def _scores(
    predictions: Tensor, labels: Tensor, spacing: tuple[float, float, float]
) -> list[dict[str, float]]:
    truth = labels.squeeze(2).bool().cpu()
    return [
        segmentation_scores(predicted, true, spacing)
        for predicted, true in zip(predictions.cpu(), truth, strict=True)
    ]
