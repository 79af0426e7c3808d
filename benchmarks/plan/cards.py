"""A strategy's card: what it is, where it is filed, and all that it may see.

The engine hands a strategy exactly what ``reads`` declares, so the label setting and the privacy
class below are true by construction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.plan.limits import NO_TARGET_LABELS, READS_SOURCE_IMAGES, Condition, Limit
from benchmarks.plan.params import build_params

ROOM = "benchmarks.engine.strategies"
READABLE = (
    "source_images",
    "source_labels",
    "target_images",
    "target_labels",
    "source_weights",
    "simultaneous",
    "federated",
)
"""``simultaneous``: source and target data meet in one place. ``federated``: both sites take part
in every round, each on its own data, and weights are what travels between them."""


@dataclass(frozen=True)
class StrategyCard:
    """One runnable strategy; ``runner`` is imported by the engine on first use.

    ``settings`` are parameters that differ from their defaults, where cards share a runner.
    ``trains_from_scratch`` marks who reads the source network and yet trains one from random
    weights: it gets the iterations of the baselines. ``has_own_layers`` marks who trains modules
    beside the network: its class lists them in ``own_layers``, so that their arithmetic is checked.
    ``limits`` say under which conditions of a scenario it is not run, beyond what follows from
    ``reads``.
    ``revision`` is raised where the strategy would come to other numbers: its fits then have other
    addresses, and nobody else's.
    """

    slug: str
    name: str
    node: str | None
    reads: tuple[str, ...]
    params: type[Any]
    runner: str
    paper: str
    summary: str
    references: tuple[str, ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    trains_from_scratch: bool = False
    has_own_layers: bool = False
    limits: tuple[Limit, ...] = ()
    revision: int = 1

    def __post_init__(self) -> None:
        if undeclared := set(self.reads) - set(READABLE):
            message = f"card {self.slug}: reads unknown {sorted(undeclared)}"
            raise ValueError(message)

    def default_params(self) -> Any:
        """Return the checked parameters a plan uses."""
        return build_params(self.params, dict(self.settings))

    @property
    def is_baseline(self) -> bool:
        """Return whether the strategy is measured from, and so filed under no node."""
        return self.node is None

    @property
    def needs_target_labels(self) -> bool:
        """Return whether it can only run where some target subjects are labelled."""
        return "target_labels" in self.reads

    def limit_under(self, conditions: Iterable[Condition]) -> Limit | None:
        """Return the first limit that one of the conditions meets, in their order, or None."""
        known = (*self._limits_of_reading(), *self.limits)
        met = (limit for c in conditions for limit in known if limit.condition is c)
        return next(met, None)

    def _limits_of_reading(self) -> Iterator[Limit]:
        if not (self.needs_target_labels or self.is_baseline):
            yield NO_TARGET_LABELS
        if not set(self.reads) <= {"source_weights", "target_images", "target_labels"}:
            yield READS_SOURCE_IMAGES

    @property
    def label_setting(self) -> str:
        """Return Pan and Yang's setting (2010), derived from which labels are read."""
        if "target_labels" in self.reads:
            return "inductive"
        if "source_labels" in self.reads or "source_weights" in self.reads:
            return "transductive"
        return "unsupervised"

    @property
    def privacy(self) -> str:
        """Return which data must meet: what a hospital that shares no images needs to know."""
        if "simultaneous" in self.reads:
            return "source and target data in one place"
        if "federated" in self.reads:
            return "all data stay at their sites, only model updates leave"
        if "source_images" in self.reads and "target_images" in self.reads:
            return "both data sets, one after the other"
        if "source_weights" in self.reads and "source_images" not in self.reads:
            return "source model only, no source data"
        return "one domain only"
