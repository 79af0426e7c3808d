"""The stored outputs of a comparison's own steps: one type for writers and readers."""

from typing import NotRequired, TypedDict

from benchmarks.engine.steps.shared.outputs import FilesOutputs


class SourceParts(TypedDict):
    """Subject indices of each part of a source domain."""

    train: list[int]
    validation: list[int]
    test: list[int]


class TargetParts(TypedDict):
    """Subject indices of each part of a target domain; ``pool`` begins with the labelled ones."""

    pool: list[int]
    validation: list[int]
    test: list[int]


class SplitOutputs(TypedDict):
    """Outputs of a ``split`` or ``fold`` step; no source if published weights replace it.

    ``near_copies`` are the sets of people, by side and name, whose images are near copies; only a
    ``fold`` looks for them.
    """

    source: NotRequired[SourceParts]
    target: TargetParts
    near_copies: NotRequired[list[list[str]]]


class TestedSlices(TypedDict):
    """Domain, subject and label of each slice whose features are compared; see `embed`."""

    is_target: list[bool]
    subject: list[int]
    has_much: list[bool]
    simulated: bool


class FeatureDistances(TypedDict):
    """Distances between the domains, and between slices with much and little, in one space."""

    proxy_a_distance: float
    mmd_squared: float
    separability: float


class FeatureSpace(TypedDict):
    """The distances in one of a strategy's feature spaces, before and after it was trained.

    ``layer`` is ``bottleneck`` or ``last_features``, those before the head.
    """

    strategy: str
    n_target: int
    layer: str
    proxy_a_distance_before: float
    mmd_squared_before: float
    separability_before: float
    proxy_a_distance_after: float
    mmd_squared_after: float
    separability_after: float


class EmbedOutputs(FilesOutputs):
    """Outputs of an ``embed`` step."""

    feature_spaces: list[FeatureSpace]


class RankedGroup(TypedDict):
    """A `Ranking`, and the strategies that could not be ranked."""

    average_ranks: dict[str, float]
    blocks: int
    friedman_p: float | None
    critical_difference: float | None
    left_out: list[str]


class RankedBlock(TypedDict):
    """Ranks of one scenario's strategies at one label count, under each scheme.

    ``ranks`` holds rank, lowest and highest rank of the 95% interval, by scheme and strategy.
    ``reversed_pairs`` are ordered otherwise by another scheme; ``agree`` is whether all schemes
    give one order and one first place.
    """

    scenario: str
    n_target: int
    metric: str
    seeds: int
    subjects: int
    resamples: int
    ranks: dict[str, dict[str, list[int]]]
    reversed_pairs: list[list[str]]
    agree: bool


class RankOutputs(FilesOutputs):
    """Outputs of a ``rank`` step: strategies without and with target labels, apart; and blocks."""

    ranking: dict[str, RankedGroup]
    blocks: list[RankedBlock]
