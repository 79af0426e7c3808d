"""Feature spaces of strategies on the same subjects, before and after adaptation."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from torch import Tensor, nn

from benchmarks.engine.methods.divergences.mmd import mmd_squared
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.reporting.embedding_measures import fisher_ratio, proxy_a_distance
from benchmarks.engine.reporting.pictures import draw_feature_spaces
from benchmarks.engine.steps.comparison.fit import load_predictor
from benchmarks.engine.steps.comparison.outputs import (
    EmbedOutputs,
    FeatureDistances,
    FeatureSpace,
    SplitOutputs,
    TestedSlices,
)
from benchmarks.engine.steps.shared.context import Role, StepContext
from benchmarks.engine.steps.shared.prediction import slices_at_once
from benchmarks.engine.tasks.catalog import CLASSIFICATION
from benchmarks.plan.protocols.comparison.steps import EmbeddedFit, EmbedStep

Features = NDArray[np.float32]
BEFORE = "source_only"
DATA, PICTURE = "feature_spaces.json", "feature_spaces.png"


def embed(context: StepContext[EmbedStep]) -> EmbedOutputs:
    """Return measures of every strategy's feature space; write points and a picture as files.

    Features are the U-Net's bottleneck, averaged over space: one vector a slice of the test
    subjects of both domains. One PCA is fitted on all strategies' features together, so that the
    plots share their axes, but not their scale. Strategies without their own network are left out.
    """
    images, about = _subjects(context)
    spaces: dict[str, Features] = {}
    entries = [entry for entry in context.step.entries if entry.fit not in context.failed]
    for done, entry in enumerate(entries, start=1):
        found = bottleneck(_predictor(context, entry), images)
        if found is not None:
            spaces[entry.strategy] = found
        context.progress(done, len(entries), f"features of {entry.strategy}")
    rows = [_measure(spaces, entry, about) for entry in entries if entry.strategy in spaces]
    points = _project(spaces)
    content = {"measures": rows, "points": {k: v.tolist() for k, v in points.items()}, **about}
    (context.folder / DATA).write_text(json.dumps(content, default=_as_list), encoding="utf-8")
    draw_feature_spaces(points, about, rows, context.folder / PICTURE)
    title = "Feature spaces of the strategies on the same test subjects, one projection"
    return {
        "feature_spaces": rows,
        "artifacts": [
            {"name": PICTURE, "kind": "picture", "title": title, "strategy": ""},
            {
                "name": DATA,
                "kind": "data",
                "title": f"{title}: points and measures",
                "strategy": "",
            },
        ],
    }


def bottleneck(predictor: nn.Module, images: Tensor) -> Features | None:
    """Return the pooled bottleneck (subjects * slices, channels) of a predictor's first network.

    ``images`` is (subjects, slices, 1, height, width). None if it has no such network.
    """
    network = next((m for m in predictor.modules() if isinstance(m, Network)), None)
    if network is None:
        return None
    caught: list[Tensor] = []

    def catch(module: nn.Module, inputs: Any, output: Tensor) -> None:
        caught.append(output.mean(dim=(2, 3)).float().cpu())

    handle = network.encoder[-1].register_forward_hook(catch)
    try:
        with torch.no_grad():
            vectors = []
            for chunk in images.flatten(0, 1).split(slices_at_once(predictor, images.shape[1])):
                caught.clear()
                predictor(chunk)
                vectors.append(caught[-1])  # of several passes of a predictor, the last is used
    finally:
        handle.remove()
    return torch.cat(vectors).numpy()


def _predictor(context: StepContext[EmbedStep], entry: EmbeddedFit) -> nn.Module:
    predictor = load_predictor(context, entry.fit, context.step.rule)
    return predictor.to(context.compute.device).eval()


def _subjects(context: StepContext[EmbedStep]) -> tuple[Tensor, TestedSlices]:
    """Return test subjects of both domains, and the domain, subject and label of each slice.

    ``has_much`` is true if a slice has more of the region (or a higher age) than the median slice,
    or if its subject has the diagnosis.
    """
    split = context.outputs(context.step.parents.split, SplitOutputs)
    images: list[Tensor] = []
    is_target: list[bool] = []
    subjects: list[int] = []
    areas: list[float] = []
    sides: tuple[Role, ...] = ("source", "target")
    for side in sides:
        chosen = split[side]["test"]
        found, labels = context.volumes(side, chosen)
        images.append(found)
        slices = found.shape[1]
        is_target += [side == "target"] * len(chosen) * slices
        subjects += np.repeat(chosen, slices).tolist()
        areas += labels.float().mean(dim=(2, 3, 4)).flatten().tolist()
    threshold = 0.5 if context.task is CLASSIFICATION else np.median(areas)
    has_much = (np.asarray(areas) > threshold).tolist()
    about: TestedSlices = {
        "is_target": is_target,
        "subject": subjects,
        "has_much": has_much,
        "simulated": context.step.simulated,
    }
    return torch.cat(images), about


def _project(spaces: Mapping[str, Features]) -> dict[str, Features]:
    projection = PCA(n_components=2, random_state=0).fit(np.concatenate(list(spaces.values())))
    return {name: projection.transform(features) for name, features in spaces.items()}


def _measure(
    spaces: Mapping[str, Features], entry: EmbeddedFit, about: TestedSlices
) -> FeatureSpace:
    before, after = _distances(spaces[BEFORE], about), _distances(spaces[entry.strategy], about)
    return {
        "strategy": entry.strategy,
        "n_target": entry.n_target,
        "proxy_a_distance_before": before["proxy_a_distance"],
        "mmd_squared_before": before["mmd_squared"],
        "separability_before": before["separability"],
        "proxy_a_distance_after": after["proxy_a_distance"],
        "mmd_squared_after": after["mmd_squared"],
        "separability_after": after["separability"],
    }


def _distances(features: Features, about: TestedSlices) -> FeatureDistances:
    is_target = np.asarray(about["is_target"])
    subjects = np.asarray(about["subject"])
    scaled = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    source, target = scaled[~is_target], scaled[is_target]
    return {
        "proxy_a_distance": proxy_a_distance(
            source, target, subjects=(subjects[~is_target], subjects[is_target]), seed=0
        ),
        "mmd_squared": float(mmd_squared(torch.from_numpy(source), torch.from_numpy(target))),
        "separability": fisher_ratio(scaled, np.asarray(about["has_much"])),
    }


def _as_list(value: Any) -> Any:
    return value.tolist()
