"""Feature spaces of strategies on the same subjects, before and after adaptation."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from torch import Tensor, nn

from benchmarks.engine.methods.divergences.mmd import mmd_squared
from benchmarks.engine.networks.backbones import Network
from benchmarks.engine.networks.by_domain import Side, asked_about
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
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import StepFile
from benchmarks.engine.steps.shared.prediction import slices_at_once
from benchmarks.engine.tasks.catalog import CLASSIFICATION
from benchmarks.plan.protocols.comparison.steps import EmbeddedFit, EmbedStep

Features = NDArray[np.float32]
BEFORE = "source_only"
DATA = "feature_spaces.json"
BOTTLENECK, LAST = "bottleneck", "last_features"
PICTURES = {BOTTLENECK: "feature_spaces.png", LAST: "feature_spaces_last.png"}
WORDS = {BOTTLENECK: "at the bottleneck", LAST: "at the last features before the head"}
SIDES: tuple[Side, ...] = ("source", "target")
Spaces = dict[str, dict[str, Features]]
"""Features by layer and strategy, source before target."""


def embed(context: StepContext[EmbedStep]) -> EmbedOutputs:
    """Return measures of every strategy's feature spaces; write points and pictures as files.

    Features are those of two layers, averaged over space: the U-Net's bottleneck, and the last
    features before the head, which the losses between domains align. One vector is one slice of the
    test subjects of both domains; images of each domain pass as the predictor would be asked about
    them. One PCA per layer is fitted on all strategies' features together, so that the plots share
    their axes, but not their scale. Strategies without their own network are left out.
    """
    images, about = _subjects(context)
    spaces: Spaces = {BOTTLENECK: {}, LAST: {}}
    entries = [entry for entry in context.step.entries if entry.fit not in context.failed]
    for done, entry in enumerate(entries, start=1):
        for layer, found in features_by_layer(_predictor(context, entry), images).items():
            spaces[layer][entry.strategy] = found
        context.progress(done, len(entries), f"features of {entry.strategy}")
    spaces = {layer: found for layer, found in spaces.items() if BEFORE in found}
    rows = [row for layer in spaces for row in _measures(spaces[layer], layer, entries, about)]
    points = {layer: _project(found) for layer, found in spaces.items()}
    content = {"measures": rows, "points": points, **about}
    (context.folder / DATA).write_text(json.dumps(content, default=_as_list), encoding="utf-8")
    for layer, drawn in points.items():
        shown = [row for row in rows if row["layer"] == layer]
        draw_feature_spaces(drawn, about, shown, context.folder / PICTURES[layer])
    return {
        "feature_spaces": rows,
        "artifacts": [*_pictures(points), _file(DATA, "data", MEASURED)],
    }


TITLE = "Feature spaces of the strategies on the same test subjects"
MEASURED = f"{TITLE}: points and measures"


def _pictures(layers: Iterable[str]) -> list[StepFile]:
    return [
        _file(PICTURES[layer], "picture", f"{TITLE}, {WORDS[layer]}, one projection")
        for layer in layers
    ]


def _file(name: str, kind: str, title: str) -> StepFile:
    return {"name": name, "kind": kind, "title": title, "strategy": ""}


def features_by_layer(predictor: nn.Module, images: Mapping[Side, Tensor]) -> dict[str, Features]:
    """Return features (subjects * slices, channels) of both domains by layer, source first.

    ``images`` are (subjects, slices, 1, height, width) of each domain, which pass through what the
    predictor uses for that domain. Empty if it has no network. Networks without a decoder have one
    layer, since their last features are the averaged bottleneck.
    """
    found = [_features(asked_about(predictor, side), images[side]) for side in SIDES]
    if not all(found):
        return {}
    return {layer: np.concatenate([part[layer] for part in found]) for layer in found[0]}


def _features(predictor: nn.Module, images: Tensor) -> dict[str, Features]:
    """Return the features of the predictor's first network by layer; empty if it has none."""
    network = next((m for m in predictor.modules() if isinstance(m, Network)), None)
    if network is None:
        return {}
    caught: dict[str, list[Tensor]] = {}
    with torch.no_grad(), _catching(network, caught):
        vectors: dict[str, list[Tensor]] = defaultdict(list)
        for chunk in images.flatten(0, 1).split(slices_at_once(predictor, images.shape[1])):
            caught.clear()
            predictor(chunk)
            for layer, passes in caught.items():
                # Of several passes of a predictor, the last is used.
                vectors[layer].append(_over_brain(passes[-1], chunk).float().cpu())
    return {layer: torch.cat(parts).numpy() for layer, parts in vectors.items()}


@contextmanager
def _catching(network: Network, caught: dict[str, list[Tensor]]) -> Iterator[None]:
    """Append the maps that pass through ``network.decode`` to ``caught``, by layer."""
    decode = network.decode

    def catch(encoded: list[Tensor]) -> Tensor:
        features = decode(encoded)
        caught.setdefault(BOTTLENECK, []).append(encoded[-1])
        if len(network.decoder):
            caught.setdefault(LAST, []).append(features)
        return features

    network.decode = catch  # type: ignore[method-assign]
    try:
        yield
    finally:
        del network.decode


def _over_brain(maps: Tensor, images: Tensor) -> Tensor:
    """Return the mean (slices, channels) over brain pixels, or over all where maps are coarser."""
    if maps.shape[2:] != images.shape[2:]:
        return maps.mean(dim=(2, 3))
    inside = (images != 0).float()
    return (maps * inside).sum(dim=(2, 3)) / inside.sum(dim=(2, 3)).clamp_min(1)


def _predictor(context: StepContext[EmbedStep], entry: EmbeddedFit) -> nn.Module:
    predictor = load_predictor(context, entry.fit, context.step.rule)
    return predictor.to(context.compute.device).eval()


def _subjects(context: StepContext[EmbedStep]) -> tuple[dict[Side, Tensor], TestedSlices]:
    """Return test subjects by domain, and the domain, subject and label of each slice.

    ``has_much`` is true if a slice has more of the region (or a higher age) than the median slice,
    or if its subject has the diagnosis.
    """
    split = context.outputs(context.step.parents.split, SplitOutputs)
    images: dict[Side, Tensor] = {}
    is_target: list[bool] = []
    subjects: list[int] = []
    areas: list[float] = []
    for side in SIDES:
        chosen = split[side]["test"]
        found, labels = context.volumes(side, chosen)
        images[side] = found
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
    return images, about


def _project(spaces: Mapping[str, Features]) -> dict[str, Features]:
    projection = PCA(n_components=2, random_state=0).fit(np.concatenate(list(spaces.values())))
    return {name: projection.transform(features) for name, features in spaces.items()}


def _measures(
    spaces: Mapping[str, Features],
    layer: str,
    entries: Sequence[EmbeddedFit],
    about: TestedSlices,
) -> list[FeatureSpace]:
    """Return the distances of each strategy's features of one layer, before and after."""
    before = _distances(spaces[BEFORE], about)
    return [
        _change(entry, layer, before, _distances(spaces[entry.strategy], about))
        for entry in entries
        if entry.strategy in spaces
    ]


def _change(
    entry: EmbeddedFit, layer: str, before: FeatureDistances, after: FeatureDistances
) -> FeatureSpace:
    return {
        "strategy": entry.strategy,
        "n_target": entry.n_target,
        "layer": layer,
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
