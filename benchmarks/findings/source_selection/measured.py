"""What a benchmark measured about its tasks and pairs of tasks, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from benchmarks.findings.source_selection.framework import Candidate, TargetTask

Floats = NDArray[np.float64]
Columns = NDArray[np.int64]
ALL_IMAGES = 0


@dataclass(frozen=True)
class TaskFacts:
    """A binary segmentation task; tasks with equal ``people`` use the same persons."""

    name: str
    dataset: str
    people: str
    partition: str | None
    modality: str
    region: str

    def as_target(self) -> TargetTask:
        """Return the task as a target."""
        return TargetTask(self.name, self.modality, self.region)


@dataclass(frozen=True)
class Pair:
    """One source tuned to one target.

    ``dice`` is (seeds, test subjects) after tuning; ``scores`` are (seeds, 1 + resamples) by name,
    the first column over all labelled target images, the others over resampled people, NaN where
    there is none; ``reasons`` says why.
    """

    target: TaskFacts
    source: TaskFacts
    dice: Floats
    scores: Mapping[str, Floats]
    roi_similarity: float | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def score(self, name: str) -> float | None:
        """Return the score over all images, the mean over seeds; None where a seed has none."""
        value = float(self.scores[name][:, ALL_IMAGES].mean())
        return value if np.isfinite(value) else None

    def as_candidate(self) -> Candidate:
        """Return the source as a candidate."""
        return Candidate(
            name=self.source.name,
            modality=self.source.modality,
            region=self.source.region,
            roi_similarity=self.roi_similarity,
            scores={name: self.score(name) for name in self.scores},
            reasons=self.reasons,
        )


def by_target(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """Return the pairs of each target, in the order given."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.target.name, []).append(pair)
    return found


@dataclass(frozen=True)
class Draws:
    """Bootstrap draws as indices: seeds (draws, seeds) and test subjects (draws, subjects)."""

    seeds: Columns
    subjects: Columns

    def means(self, values: Floats) -> Floats:
        """Return the mean of (seeds, subjects) values in every draw: (draws,)."""
        drawn: Floats = values[self.seeds[:, :, None], self.subjects[:, None, :]].mean(axis=(1, 2))
        return drawn


def draw(shape: tuple[int, ...], people: str, *, count: int, seed: int = 0) -> Draws:
    """Return the draws for one group of people: pairs tested on the same people stay paired.

    Seeds are drawn alike for all groups.
    """
    seeds, subjects = shape
    of_seeds = np.random.default_rng([seed, 0])
    of_people = np.random.default_rng([seed, 1, *people.encode()])
    return Draws(
        of_seeds.integers(seeds, size=(count, seeds)),
        of_people.integers(subjects, size=(count, subjects)),
    )


class Interval(TypedDict):
    """The mean and the central 95% of drawn values."""

    mean: float
    low: float
    high: float


def interval(values: Floats) -> Interval:
    """Return mean and central 95% of drawn values."""
    low, high = np.quantile(values, [0.025, 0.975])
    # Rounding can put the mean of equal values beside them.
    mean = values.mean().clip(values.min(), values.max())
    return {"mean": float(mean), "low": float(low), "high": float(high)}
