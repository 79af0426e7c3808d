"""A strategy's card: what it is, where it is filed, and all that it may see.

The engine hands a strategy exactly what ``reads`` declares, so the label setting and the privacy
class below are true by construction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.plan.limits import (
    NO_TARGET_LABELS,
    READS_SOURCE_IMAGES,
    Condition,
    Limit,
    ProfileLimit,
)
from benchmarks.plan.params import build_params
from benchmarks.plan.searches import Search, search_of
from benchmarks.plan.spec import Profile

ROOM = "benchmarks.engine.strategies"
READABLE = (
    "source_images",
    "source_labels",
    "target_images",
    "target_labels",
    "source_weights",
    "test_images",
    "simultaneous",
    "federated",
)
"""``test_images``: the predictor adapts to the images of each person it is asked about, without
labels. ``simultaneous``: source and target data meet in one place. ``federated``: both sites take
part in every round, each on its own data, and weights are what travels between them."""
NO_SOURCE_DATA = frozenset({"source_weights", "target_images", "target_labels", "test_images"})


@dataclass(frozen=True)
class StrategyCard:
    """One runnable strategy; ``runner`` is imported by the engine on first use.

    ``settings`` are parameters that differ from their defaults, where cards share a runner.
    ``strength`` names the parameter that weighs the strategy's own term; its effect is measured by
    a control, the same training with the weight 0. ``same_without_term`` names a strategy whose
    control is the same computation, so that both share it. ``no_gradient_share`` says why the
    term's part of the gradient cannot be measured, ``no_control`` why a strategy that trains on
    another loss than the task's has no strength; both are empty for all others.
    ``has_own_layers`` marks who trains modules beside the network: its class lists them in
    ``own_layers``, so that their arithmetic is checked.
    ``limits`` say under which conditions of a scenario it is not run, beyond what follows from
    ``reads``.
    ``needs_people`` is the least number of labelled people on each side, ``left_out_of`` names
    profiles at which it is not run: see `refusal_at`.
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
    strength: str = ""
    same_without_term: str = ""
    no_gradient_share: str = ""
    no_control: str = ""
    has_own_layers: bool = False
    limits: tuple[Limit, ...] = ()
    needs_people: int = 0
    left_out_of: tuple[ProfileLimit, ...] = ()
    revision: int = 1

    def __post_init__(self) -> None:
        if undeclared := set(self.reads) - set(READABLE):
            message = f"card {self.slug}: reads unknown {sorted(undeclared)}"
            raise ValueError(message)

    def default_params(self) -> Any:
        """Return the checked parameters a plan uses: those written here, strength as searched."""
        return self.params_at(self.search.strength if self.search else 1.0)

    def params_at(self, strength: float) -> Any:
        """Return the parameters as written here, the term's weight times ``strength``."""
        written = build_params(self.params, dict(self.settings))
        if not self.strength or strength == 1.0:
            return written
        weighed = {self.strength: getattr(written, self.strength) * strength}
        return build_params(self.params, dict(self.settings) | weighed)

    @property
    def search(self) -> Search | None:
        """Return the recorded search of rate and strength; None where there was none yet."""
        return search_of(self.slug)

    @property
    def rate(self) -> float:
        """Return the factor of the profile's learning rate that the search chose, else 1."""
        return self.search.rate if self.search else 1.0

    @property
    def how_searched(self) -> str:
        """Return in one sentence how rate and strength were found."""
        if self.search is None:
            return "Rate and strength were not searched yet: they are as written."
        return self.search.sentence(self.revision)

    @property
    def how_controlled(self) -> str:
        """Return how the effect of its term is told apart, or why not; empty without a term."""
        if not self.strength:
            return self.no_control
        name = self.strength.replace("_", " ")
        control = f"Its term's effect is told against the same training with {name} 0."
        return f"{control} {self.no_gradient_share}".strip()

    def refusal_at(self, profile: Profile) -> str:
        """Return why the strategy is not run at a profile, as a sentence; empty where it is."""
        if self.needs_people > min(profile.source_train, max(profile.n_targets)):
            return (
                f"A promise to each patient needs {self.needs_people} labelled patients at each "
                f"site; this profile has {profile.source_train} and {max(profile.n_targets)}."
            )
        return next(
            (limit.reason for limit in self.left_out_of if profile.slug in limit.profiles), ""
        )

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
        if not NO_SOURCE_DATA.issuperset(self.reads):
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
