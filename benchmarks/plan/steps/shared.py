"""Kinds of steps, and parts of them, that several protocols use."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.params import Parameter
from benchmarks.plan.precision import AUTO
from benchmarks.plan.spec import U_NET, DomainSpec, PublishedWeights
from benchmarks.plan.steps.step import Step

TASK_LOSS = "task"


@dataclass(frozen=True, kw_only=True)
class DomainStep(DomainSpec, Step):
    """Build one domain: a cohort seen by one site."""

    kind: ClassVar[str] = "domain"
    uses_networks: ClassVar[bool] = False
    work: ClassVar[str] = "benchmarks.engine.steps.shared.domain:build"

    @classmethod
    def of(cls, spec: DomainSpec, label: str) -> "DomainStep":
        """Return the step that builds the domain ``spec``."""
        return cls(**spec.as_fields(), label=label)

    @property
    def spec(self) -> DomainSpec:
        """Return the specification of the domain."""
        return DomainSpec(**{part.name: getattr(self, part.name) for part in fields(DomainSpec)})


@dataclass(frozen=True, kw_only=True)
class WeightsStep(PublishedWeights, Step):
    """Read published weights: the source of a transfer without source data."""

    kind: ClassVar[str] = "weights"
    uses_networks: ClassVar[bool] = False
    revision: ClassVar[int] = 2  # state dicts were stored by torch.save before
    work: ClassVar[str] = "benchmarks.engine.steps.shared.weights:read"


@dataclass(frozen=True, kw_only=True)
class LabelledStep(Step):
    """A step that uses labels: the predicted task, and the sides with shuffled labels."""

    task: str
    shuffled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrainingStep(LabelledStep):
    """Train one strategy once; ``rules`` are the selection rules of its checkpoints.

    ``iterations`` is the most that are done. With a ``window`` the fit ends at the plateau of its
    loss, not before ``least_iterations``; see `benchmarks.plan.plateau`.
    """

    strategy: str
    params: Mapping[str, Parameter]
    n_target: int
    seed: int
    rules: tuple[str, ...]
    width: int
    batch: int
    checkpoints: int
    learning_rate: float
    weight_decay: float
    iterations: int
    least_iterations: int = 0
    window: int = 0
    network: str = U_NET
    loss: str = TASK_LOSS
    precision: str = AUTO

    @property
    def revisions(self) -> dict[str, int]:
        """Return the strategy's revision together with the others."""
        return {**super().revisions, "strategy": strategy_card(self.strategy).revision}


@dataclass(frozen=True)
class ComparedCell:
    """One strategy at one label count: the steps that tested it and its baseline, if any.

    ``without_term`` tested it without its term. Where that failed, only the term's effect is
    missing, so that it is not ``needed``.
    """

    scenario: str
    strategy: str
    node: str | None
    n_target: int
    evaluations: tuple[str, ...]
    baseline: str | None = None
    baseline_evaluations: tuple[str, ...] = ()
    without_term: tuple[str, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Return the addresses of all evaluations, its own first."""
        return self.evaluations + self.baseline_evaluations
