"""The kinds of steps of a comparison, with their fields and parents."""

from dataclasses import dataclass
from typing import ClassVar

from benchmarks.plan.steps.shared import ComparedCell, LabelledStep, TrainingStep
from benchmarks.plan.steps.step import Address, Parents, Step
from benchmarks.plan.verdict_rules import Family

Sizes = tuple[int, int, int]
"""The numbers of subjects for training (or in the pool), validation and test."""


@dataclass(frozen=True)
class Sides(Parents):
    """The domains on both sides of a transfer; without a source if published weights replace it."""

    target: Address
    source: Address | None = None


@dataclass(frozen=True, kw_only=True)
class SplitStep(Step):
    """Draw which subjects train, validate and test: once a seed, for all strategies."""

    kind: ClassVar[str] = "split"
    uses_networks: ClassVar[bool] = False
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.split:draw"

    parents: Sides
    seed: int
    alternates: bool
    target: Sizes
    source: Sizes | None = None


@dataclass(frozen=True, kw_only=True)
class FoldStep(Step):
    """Draw who trains, validates and is tested in one of several folds over the target's people.

    ``target`` and ``source`` are proportions. At least ``labelled`` people must be left for labels.
    ``by_class`` deals people to folds by their diagnosis.
    """

    kind: ClassVar[str] = "fold"
    uses_networks: ClassVar[bool] = False
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.folds:draw"

    parents: Sides
    fold: int
    folds: int
    by_class: bool
    labelled: int
    target: Sizes
    source: Sizes | None = None


@dataclass(frozen=True, kw_only=True)
class FitParents(Sides):
    """Parents of a fit: ``pretraining`` is the source network's fit, ``weights`` published ones."""

    split: Address
    pretraining: Address | None = None
    weights: Address | None = None


@dataclass(frozen=True, kw_only=True)
class FitStep(TrainingStep):
    """Train one strategy once."""

    kind: ClassVar[str] = "fit"
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.fit:fit"

    parents: FitParents


@dataclass(frozen=True, kw_only=True)
class EvaluateParents(Sides):
    """Parents of a test."""

    split: Address
    fit: Address


@dataclass(frozen=True, kw_only=True)
class EvaluateStep(LabelledStep):
    """Test one fitted predictor on people it has never seen."""

    kind: ClassVar[str] = "evaluate"
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.evaluate:evaluate"

    parents: EvaluateParents
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CompareParents(Parents):
    """Parents of a comparison; ``before_adaptation`` tested the source network on the source.

    ``without_term`` tested the same training without the strategy's term.
    """

    target: Address
    evaluations: tuple[Address, ...]
    before_adaptation: tuple[Address, ...] = ()
    without_term: tuple[Address, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CompareStep(LabelledStep):
    """Compare one strategy with its baseline, in every cell of a scenario.

    ``target_validation`` is the number of target people whose labels validate checkpoints.
    """

    kind: ClassVar[str] = "compare"
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.compare:compare"
    reports_failed_parents: ClassVar[bool] = True

    parents: CompareParents
    scenario: str
    strategy: str
    node: str | None
    seeds: int
    simulated: bool
    rules: tuple[str, ...]
    cells: tuple[ComparedCell, ...]
    target_validation: int = 0


@dataclass(frozen=True)
class Comparisons(Parents):
    """The comparisons of several strategies."""

    comparisons: tuple[Address, ...]


@dataclass(frozen=True, kw_only=True)
class ConcludeStep(Step):
    """Decide the verdicts of a scenario's rows, as declared here before any of them is measured.

    The verdicts are on ``metric`` under ``rule``; each of the ``families`` has its chance ``level``
    of a false one. ``is_test`` marks a profile for tests, which gets none.
    """

    kind: ClassVar[str] = "conclude"
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.conclude:conclude"
    reports_failed_parents: ClassVar[bool] = True

    parents: Comparisons
    scenario: str
    metric: str
    rule: str
    level: float
    families: tuple[Family, ...]
    is_test: bool


@dataclass(frozen=True, kw_only=True)
class RankStep(Step):
    """Rank a benchmark's strategies over its scenarios.

    ``rule`` ranks those without target labels, ``labelled_rule`` those that have them anyway.
    """

    kind: ClassVar[str] = "rank"
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.rank:rank"
    reports_failed_parents: ClassVar[bool] = True

    parents: Comparisons
    benchmark: str
    rule: str
    labelled_rule: str
    simulated: bool


@dataclass(frozen=True)
class EmbeddedFit:
    """One strategy whose feature space is compared, and its fit."""

    strategy: str
    n_target: int
    fit: Address


@dataclass(frozen=True, kw_only=True)
class EmbedParents(Parents):
    """Parents of a comparison of feature spaces."""

    source: Address
    target: Address
    split: Address
    fits: tuple[Address, ...]


@dataclass(frozen=True, kw_only=True)
class EmbedStep(LabelledStep):
    """Compare the feature spaces of strategies on the same people, before and after."""

    kind: ClassVar[str] = "embed"
    work: ClassVar[str] = "benchmarks.engine.steps.comparison.embed:embed"
    reports_failed_parents: ClassVar[bool] = True

    parents: EmbedParents
    scenario: str
    rule: str
    simulated: bool
    entries: tuple[EmbeddedFit, ...]


STEPS: tuple[type[Step], ...] = (
    SplitStep,
    FoldStep,
    FitStep,
    EvaluateStep,
    CompareStep,
    ConcludeStep,
    RankStep,
    EmbedStep,
)
