"""Frozen dataclasses of domains, profiles, scenarios, benchmark cards and requests."""

from dataclasses import asdict, dataclass

from benchmarks.plan.precision import AUTO
from reviewdb.common.json_object import JsonObject

U_NET, EFFICIENTNET = "u_net", "efficientnet_lite0"
"""Architectures; the second has published weights trained on natural images."""
SIMULATED = "simulated"
"""The simulated world; every other one is a real data set."""
SITES_JOINED = "+"
"""Separates the sites in the name of a real domain with several sites."""


@dataclass(frozen=True)
class DomainSpec:
    """One domain: a cohort of subjects seen by one site in one contrast, with one binary region.

    Subjects are numbered from ``first_subject``: domains with disjoint ranges share no subject.
    ``image_size`` and ``spacing_mm`` define square axial slices; ``slices`` are chosen per subject
    by a rule that does not use labels. With ``or_fewer``, a data set with fewer subjects than
    requested supplies those that it has.
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

    def as_fields(self) -> JsonObject:
        """Return the JSON form used in step fields."""
        return asdict(self)


@dataclass(frozen=True)
class Place:
    """One side of a transfer: the cohort, the site, the contrast and the region.

    ``people_from`` is added to the numbers of its simulated people.
    """

    site: str
    cohort: str
    contrast: str
    region: str
    world: str = SIMULATED
    people_from: int = 0


@dataclass(frozen=True)
class PublishedWeights:
    """A published network that replaces a source domain.

    ``network`` is its architecture, ``sha256`` the digest of its file.
    """

    network: str
    trained_on: str
    sha256: str


@dataclass(frozen=True)
class Exclusion:
    """Strategies that a scenario excludes, and why."""

    strategies: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Scenario:
    """One transfer of a benchmark: from a place, or from published weights, to another place.

    ``shuffled`` names the sides, ``source`` or ``target``, whose labels are permuted among
    subjects, for controls. The scenario admits every strategy of the benchmark that ``exclusions``
    do not name. ``label_counts`` are those of the profile's counts of labelled subjects at which it
    is measured, where not at all of them. ``people_at_most`` is given where nobody knows before the
    data are read how many people the sites have: the profile's numbers are then proportions.
    """

    slug: str
    title: str
    source: Place | PublishedWeights
    target: Place
    task: str = "segmentation"
    shuffled: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    label_counts: tuple[int, ...] = ()
    people_at_most: int = 0

    def admits(self, strategy: str) -> bool:
        """Return whether the strategy can be run here."""
        return not any(strategy in exclusion.strategies for exclusion in self.exclusions)

    def n_targets(self, profile: "Profile") -> tuple[int, ...]:
        """Return the numbers of labelled target subjects at which it is measured."""
        wanted = self.label_counts or profile.n_targets
        return tuple(n for n in profile.n_targets if n in wanted)

    @property
    def is_simulated(self) -> bool:
        """Return whether any of its numbers comes from simulated images."""
        places = (self.source, self.target)
        return any(isinstance(p, Place) and p.world == SIMULATED for p in places)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Return the real data sets that it uses."""
        places = [place for place in (self.source, self.target) if isinstance(place, Place)]
        worlds = dict.fromkeys(place.world for place in places)
        return tuple(world for world in worlds if world != SIMULATED)

    @property
    def network(self) -> str:
        """Return the architecture used by all its strategies."""
        return U_NET if isinstance(self.source, Place) else self.source.network


@dataclass(frozen=True)
class Profile:
    """The size of a benchmark's computation: images, subjects, iterations, seeds.

    ``n_targets`` are the numbers of labelled target subjects, drawn from ``target_pool`` training
    subjects; smaller sets are subsets of larger ones with the same seed. Strategies without labels
    use the whole pool, and the oracle has labels for all of it.

    In a comparison every fit ends at the plateau of its loss: after ``least_iterations`` at the
    earliest, ``most_iterations`` at the latest, judged by means over ``window`` iterations. Source
    selection has the fixed ``pretraining_iterations`` and ``adapting_iterations`` of its paper.

    With ``is_cross_validated``, for small real sets, ``seeds`` is the number of folds: each person
    of the target is tested in one of them, and people beyond those of a fold are divided in the
    proportions of the sizes.
    """

    slug: str
    title: str
    image_size: int
    spacing_mm: float
    slices: int
    width: int
    batch: int
    least_iterations: int
    most_iterations: int
    window: int
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
    is_cross_validated: bool = False


@dataclass(frozen=True)
class BenchmarkCard:
    """A benchmark that can be run; ``protocol`` turns its question into steps.

    ``strategies`` are all that some scenario admits, and ``admission`` explains the choice.
    ``default_strategies`` run if none is requested. A benchmark is hidden if a strategy that its
    protocol ``needs`` is not installed. ``data`` says of each real data set, by folder, what it is
    and where to get it, for those who do not have it.
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
        """Return the real data sets that its scenarios use."""
        return tuple(dict.fromkeys(name for s in self.scenarios for name in s.datasets))

    needs: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RunSpec:
    """A checked request, which determines the plan completely.

    ``datasets`` are the real data sets that it uses, of those available when it was made.
    ``precision`` is one of `precision.PRECISIONS`.
    """

    benchmark: str
    profile: str
    strategies: tuple[str, ...]
    seeds: int
    datasets: tuple[str, ...] = ()
    precision: str = AUTO
