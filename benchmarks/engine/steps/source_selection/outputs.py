"""The stored outputs of source selection's own steps: one type for writers and readers."""

from collections.abc import Mapping
from typing import TypedDict

from benchmarks.engine.steps.shared.outputs import FitOutputs


class PeopleOutputs(TypedDict):
    """Outputs of a ``people`` step: subject indices of each part of a group.

    ``shared`` says that the group is too small for each seed to have people of its own.
    """

    train: list[int]
    validation: list[int]
    test: list[int]
    shared: bool


class TuneOutputs(FitOutputs):
    """Outputs of a ``tune`` step.

    ``labelled`` counts the people whose labels it trained on, ``validated`` those whose labels
    chose the checkpoint; ``shared`` says that other seeds label some of them too.
    """

    labelled: int
    validated: int
    shared: bool


class SimilarityOutputs(TypedDict):
    """Outputs of a ``similarity`` step; without a value, ``reason`` says why."""

    roi_similarity: float | None
    reason: str
    pairing: str


class TransferabilityOutputs(TypedDict):
    """Outputs of a ``transferability`` step, by score; see `transferability`."""

    scores: dict[str, float | None]
    reasons: dict[str, str]
    resampled: Mapping[str, list[float | None]]
    seconds: dict[str, float]
