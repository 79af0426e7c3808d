"""The kinds of steps of source selection, with their fields and parents.

``pretrain`` and ``people`` do not depend on a target, so all targets of a source share them.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from benchmarks.plan.steps.shared import ComparedCell, LabelledStep, TrainingStep
from benchmarks.plan.steps.step import Address, Parents, Step

Key = tuple[str, str]
"""A pair of task names: target, source."""
Pairing = Literal["paired", "crossed"]
Inversion = Literal["inverse", "pseudo_inverse", "shrinkage"]


@dataclass(frozen=True)
class Counted(Parents):
    """Parents of steps that count people: a real group may have fewer than requested."""

    counted: Address | None = None


@dataclass(frozen=True, kw_only=True)
class PeopleStep(Step):
    """Draw which persons of one group train, validate and test: once a seed, for all its tasks.

    ``seeds`` is how many seeds have people of their own in the group, if it has as many.
    """

    kind: ClassVar[str] = "people"
    uses_networks: ClassVar[bool] = False
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.people:draw"

    parents: Counted
    seed: int
    seeds: int
    people: str
    train: int
    validation: int
    test: int

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Return how many train, validate and test."""
        return self.train, self.validation, self.test


@dataclass(frozen=True)
class PretrainParents(Parents):
    """Parents of pretraining, which does not depend on a target."""

    source: Address
    people: Address


@dataclass(frozen=True, kw_only=True)
class PretrainStep(TrainingStep):
    """Train a source network for its own task."""

    kind: ClassVar[str] = "pretrain"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.tune:pretrain"

    parents: PretrainParents


@dataclass(frozen=True)
class TuneParents(Parents):
    """Parents of tuning; without ``pretraining`` it starts from random weights."""

    target: Address
    people: Address
    pretraining: Address | None = None


@dataclass(frozen=True, kw_only=True)
class TuneStep(TrainingStep):
    """Train a source network's decoder for a target, or a whole network from scratch."""

    kind: ClassVar[str] = "tune"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.tune:tune"

    parents: TuneParents


@dataclass(frozen=True)
class TestedParents(Parents):
    """Parents of a test."""

    target: Address
    people: Address
    tuning: Address


@dataclass(frozen=True, kw_only=True)
class TargetTestStep(LabelledStep):
    """Test a tuned network on the target's people."""

    kind: ClassVar[str] = "test"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.tune:test"

    parents: TestedParents
    rule: str


@dataclass(frozen=True)
class PairParents(Parents):
    """Parents of a pair: domains and people of both tasks."""

    source: Address
    target: Address
    source_people: Address
    target_people: Address


@dataclass(frozen=True)
class ScoredParents(PairParents):
    """Parents of a pair's scores: also the source network."""

    pretraining: Address


@dataclass(frozen=True, kw_only=True)
class TransferabilityStep(LabelledStep):
    """Score one pair of tasks without tuning anything."""

    kind: ClassVar[str] = "transferability"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.transferability:transferability"

    parents: ScoredParents
    n_target: int
    seed: int
    inversion: Inversion
    otce_pixels: int
    otce_tolerance: float
    resamples: int


@dataclass(frozen=True, kw_only=True)
class SimilarityStep(LabelledStep):
    """Compare the regions of two tasks; ``pairing`` states which masks are compared."""

    kind: ClassVar[str] = "similarity"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.similarity:similarity"

    parents: PairParents
    pairing: Pairing
    masks: int


@dataclass(frozen=True)
class ComparedSources(Parents):
    """Parents of the verdicts of one target."""

    target: Address
    tests: tuple[Address, ...]


@dataclass(frozen=True, kw_only=True)
class CompareSourcesStep(LabelledStep):
    """Compare all sources of one target with training from scratch.

    ``withheld`` says why no comparison of the run may have a verdict.
    """

    kind: ClassVar[str] = "compare_sources"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.compare_sources:compare_sources"
    reports_failed_parents: ClassVar[bool] = True

    parents: ComparedSources
    scenario: str
    seeds: int
    simulated: bool
    metric: str
    rule: str
    level: float
    withheld: str | None
    cells: tuple[ComparedCell, ...]


@dataclass(frozen=True)
class PlannedTask:
    """A binary segmentation task as described in an artifact."""

    name: str
    dataset: str
    people: str
    partition: str | None
    modality: str
    region: str


@dataclass(frozen=True)
class TableDesign:
    """Which pairs each table of the paper shows; a trial is target, kind of transfer, sources."""

    trials: tuple[tuple[str, str, tuple[str, ...]], ...]
    same_dataset: tuple[Key, ...]
    cross_dataset: tuple[Key, ...]
    ranked: tuple[Key, ...]


@dataclass(frozen=True)
class MeasuredPair:
    """A pair of tasks and the steps that measure it, one step per seed if there are several."""

    target: str
    source: str
    scenario: str
    tests: tuple[Address, ...]
    baseline: tuple[Address, ...]
    tunings: tuple[Address, ...]
    scores: tuple[Address, ...]
    similarity: Address
    similarity_of_own_masks: Address

    @property
    def key(self) -> Key:
        """Return the names of target and source."""
        return self.target, self.source

    @property
    def needed(self) -> tuple[Address, ...]:
        """Return the addresses of the steps that the pair's results require."""
        compared = (self.similarity, self.similarity_of_own_masks)
        return (*self.tests, *self.baseline, *self.scores, *compared)


@dataclass(frozen=True)
class SourceTablesParents(Parents):
    """Parents of the tables."""

    tests: tuple[Address, ...]
    tunings: tuple[Address, ...]
    scores: tuple[Address, ...]
    similarities: tuple[Address, ...]
    comparisons: tuple[Address, ...]


@dataclass(frozen=True, kw_only=True)
class SourceTablesStep(Step):
    """Make the paper's tables, the choices among sources, their stability and their cost."""

    kind: ClassVar[str] = "source_tables"
    work: ClassVar[str] = "benchmarks.engine.steps.source_selection.tables:source_tables"
    reports_failed_parents: ClassVar[bool] = True

    parents: SourceTablesParents
    benchmark: str
    profile: str
    seeds: int
    simulated: bool
    rule: str
    loss: str
    inversion: str
    tasks: tuple[PlannedTask, ...]
    design: TableDesign
    pairs: tuple[MeasuredPair, ...]


STEPS: tuple[type[Step], ...] = (
    PeopleStep,
    PretrainStep,
    TuneStep,
    TargetTestStep,
    TransferabilityStep,
    SimilarityStep,
    CompareSourcesStep,
    SourceTablesStep,
)
