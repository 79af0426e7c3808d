"""What is asked for, as frozen data: domains, tasks, profiles, scenarios, benchmarks, requests."""

from dataclasses import asdict, dataclass
from typing import Any

U_NET, EFFICIENTNET = "u_net", "efficientnet_lite0"
"""Architectures; the second is the one there are weights from natural images for."""
SIMULATED = "simulated"
"""The world that is made here; every other one is a data set."""
SITES_JOINED = "+"
"""Between the sites of a real domain that is made of several."""


@dataclass(frozen=True)
class DomainSpec:
    """One domain: a cohort of subjects seen by one site in one contrast, with one binary region.

    ``first_subject`` numbers the subjects: two domains whose ranges do not overlap share nobody.
    ``image_size`` and ``spacing_mm`` give square axial slices; ``slices`` are taken per subject
    by a rule that never looks at labels. Where a data set may hold ``or_fewer`` subjects than
    asked for, those that it has are taken.
    """

    world: str
    site: str
    cohort: str
    contrast: str
    region: str
    subjects: int
    first_subject: int
    image_size: int
    spacing_mm: float
    slices: int
    seed: int
    or_fewer: bool = False

    def as_fields(self) -> dict[str, Any]:
        """Return the JSON form used in step fields."""
        return asdict(self)


@dataclass(frozen=True)
class Place:
    """Where one side of a transfer lives: who is imaged, how, and what is looked for."""

    site: str
    cohort: str
    contrast: str
    region: str
    world: str = SIMULATED


@dataclass(frozen=True)
class PublishedWeights:
    """A network that others have trained and published, in place of a source domain.

    ``network`` is its architecture, ``sha256`` that of the file that holds it.
    """

    network: str
    trained_on: str
    sha256: str


@dataclass(frozen=True)
class Exclusion:
    """Strategies that a scenario does not admit, and why."""

    strategies: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Scenario:
    """One question of a benchmark: from one place, or from published weights, to another place.

    ``shuffled`` names the sides, ``source`` or ``target``, whose labels are handed to the wrong
    people: controls in which there is nothing, or nothing true, to transfer. Every strategy of the
    benchmark is admitted that ``exclusions`` do not name.
    """

    slug: str
    title: str
    source: Place | PublishedWeights
    target: Place
    task: str = "segmentation"
    shuffled: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def admits(self, strategy: str) -> bool:
        """Return whether the strategy can be run here."""
        return not any(strategy in exclusion.strategies for exclusion in self.exclusions)

    @property
    def is_simulated(self) -> bool:
        """Return whether any number from it stems from simulated images."""
        places = (self.source, self.target)
        return any(isinstance(p, Place) and p.world == SIMULATED for p in places)

    @property
    def network(self) -> str:
        """Return the architecture that all its strategies train."""
        return U_NET if isinstance(self.source, Place) else self.source.network


@dataclass(frozen=True)
class Profile:
    """How much is spent on a benchmark: image size, subjects, iterations, seeds.

    ``n_targets`` are the numbers of labelled target subjects, nested in each other for a seed and
    drawn from ``target_pool`` training subjects; who needs no labels sees the whole pool, and the
    oracle has labels for all of it.
    """

    slug: str
    title: str
    image_size: int
    spacing_mm: float
    slices: int
    width: int
    batch: int
    pretraining_iterations: int
    adapting_iterations: int
    checkpoints: int
    learning_rate: float
    weight_decay: float
    n_targets: tuple[int, ...]
    seeds: int
    source_train: int
    source_validation: int
    source_test: int
    target_pool: int
    target_validation: int
    target_test: int
    world_seed: int = 20210216


@dataclass(frozen=True)
class BenchmarkCard:
    """A benchmark as people choose it; ``protocol`` says how its question becomes steps.

    ``strategies`` are all that any of its scenarios admits, and ``admission`` says why these;
    ``default_strategies`` run where none is asked for. Without one of the strategies that its
    protocol ``needs`` the benchmark is not offered.
    """

    slug: str
    protocol: str
    title: str
    question: str
    scenarios: tuple[Scenario, ...]
    profiles: tuple[Profile, ...]
    strategies: tuple[str, ...]
    default_strategies: tuple[str, ...]
    admission: str

    @property
    def datasets(self) -> tuple[str, ...]:
        """Return the real data sets that its scenarios are about."""
        places = [place for s in self.scenarios for place in (s.source, s.target)]
        worlds = dict.fromkeys(place.world for place in places if isinstance(place, Place))
        return tuple(world for world in worlds if world != SIMULATED)

    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunSpec:
    """A checked request: what `plan.build` turns into steps, and all that these depend on.

    ``datasets`` are the real data sets that it is about, of those that were there when it was made.
    """

    benchmark: str
    profile: str
    strategies: tuple[str, ...]
    seeds: int
    datasets: tuple[str, ...] = ()
