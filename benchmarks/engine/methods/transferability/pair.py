"""All scores of one pair of tasks: value or reason for its absence, and seconds.

Features are a source network's outputs for images: (images, channels, height, width), two logits
per pixel in the paper. H-score, LogME, LEEP and NCE need target features and labels, OTCE also
those of the source.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.engine.methods.transferability.errors import ScoreError, features_of, labels_of
from benchmarks.engine.methods.transferability.h_score import Inversion, h_score
from benchmarks.engine.methods.transferability.leep import leep
from benchmarks.engine.methods.transferability.logme import logme
from benchmarks.engine.methods.transferability.nce import nce
from benchmarks.engine.methods.transferability.otce import TOLERANCE, otce

OTCE_PIXELS = 20_000


@dataclass(frozen=True)
class Side:
    """Source-network features (n, C, h, w) and labels (n, h, w) of one task."""

    features: Tensor
    labels: Tensor

    def pixels(self) -> tuple[Tensor, Tensor]:
        """Return features (pixels, C) and labels (pixels,)."""
        return self.features.permute(0, 2, 3, 1).flatten(0, 2), self.labels.flatten()


@dataclass(frozen=True)
class ScoreSettings:
    """Settings of scores: the H-score's inversion; OTCE's pixels per side and tolerance.

    Where there are more pixels, they are drawn class by class, without replacement, by ``seed``.
    """

    inversion: Inversion = "pseudo_inverse"
    otce_pixels: int = OTCE_PIXELS
    otce_tolerance: float = TOLERANCE
    seed: int = 0


@dataclass(frozen=True)
class Scored:
    """A score's value, or the reason why there is none, and the seconds of its computation."""

    value: float | None
    reason: str
    seconds: float


def _check(side: Side, name: str, task: str) -> None:
    """Raise ScoreError unless features and labels have the same images and size."""
    features = features_of(
        side.features, f"{name} features", task=task, dimensions=4, dtype=side.features.dtype
    )
    shape = (features.shape[0], *features.shape[2:])
    labels_of(side.labels, f"{name} labels", task=task, shape=shape, classes=1)


def _h_score(target: Side, source: Side | None, settings: ScoreSettings, task: str) -> float:
    found = h_score(target.features, target.labels, task=task, inversion=settings.inversion)
    return found.score


def _leep(target: Side, source: Side | None, settings: ScoreSettings, task: str) -> float:
    features, labels = target.pixels()
    return leep(features.double().softmax(1), labels, task=task)


def _nce(target: Side, source: Side | None, settings: ScoreSettings, task: str) -> float:
    """Return the NCE of the target's labels given the source network's predictions.

    The target's images have no labels of the source task; Nguyen et al. (ICML 2020) use the
    network's predictions in their place as well.
    """
    features, labels = target.pixels()
    return nce(features.argmax(1), labels, task=task)


def _logme(target: Side, source: Side | None, settings: ScoreSettings, task: str) -> float:
    return logme(*target.pixels(), task=task)


def _otce(target: Side, source: Side | None, settings: ScoreSettings, task: str) -> float:
    if source is None:
        raise ScoreError(task, "OTCE needs the source's features and labels: give them too")
    drawn = [_drawn(side, settings, role) for side, role in ((source, 1), (target, 2))]
    return otce(*drawn[0], *drawn[1], task=task, tolerance=settings.otce_tolerance).score


def _drawn(side: Side, settings: ScoreSettings, role: int) -> tuple[Tensor, Tensor]:
    """Return pixels drawn in proportion to the classes, at least one of each class."""
    features, labels = side.pixels()
    share = settings.otce_pixels / len(labels)
    if share >= 1:
        return features, labels
    generator = torch.Generator().manual_seed(settings.seed + role)
    chosen = []
    for label in labels.unique():
        own = (labels == label).nonzero().flatten()
        order = torch.randperm(len(own), generator=generator)
        chosen.append(own[order[: max(1, round(share * len(own)))]])
    index = torch.cat(chosen)
    return features[index], labels[index]


Score = Callable[[Side, Side | None, ScoreSettings, str], float]
SCORES: Mapping[str, Score] = {
    "h_score": _h_score,
    "otce": _otce,
    "leep": _leep,
    "nce": _nce,
    "logme": _logme,
}


def score_pair(
    target: Side,
    source: Side | None,
    *,
    task: str,
    settings: ScoreSettings | None = None,
    names: Collection[str] = tuple(SCORES),
) -> dict[str, Scored]:
    """Return the requested scores by name; ``task`` names the pair in reasons."""
    return {
        name: _scored(SCORES[name], target, source, settings or ScoreSettings(), task)
        for name in SCORES
        if name in names
    }


def _scored(
    score: Score, target: Side, source: Side | None, settings: ScoreSettings, task: str
) -> Scored:
    started = time.perf_counter()
    try:
        _check(target, "target", task)
        if source is not None:
            _check(source, "source", task)
        value, reason = score(target, source, settings, task), ""
    except ScoreError as error:
        value, reason = None, error.reason
    return Scored(value, reason, time.perf_counter() - started)
