"""The tasks of the source-selection benchmarks, and the pairs shown in their tables.

Li et al. 2023 divide three data sets into binary tasks "region-modality", and FeTS 2021 further
into "region-partition-modality". This module has that structure for those data sets and for the
simulated world. All tasks of a group (ED, ET and NCR in all contrasts) use the same people, as in
the paper. Different groups share no people. No test subject of a target is in the training or
validation part of any task.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from benchmarks.plan.protocols.source_selection.steps import Key, PlannedTask, TableDesign
from benchmarks.plan.spec import SITES_JOINED, Place, Scenario

TUMOUR_REGIONS = ("et", "ed", "ncr")
MATTER_REGIONS = ("wm", "gm", "csf")
CROSS_MODALITY, CROSS_TASK = "cross-modality", "cross-task"


@dataclass(frozen=True)
class People:
    """People of one cohort at one or more sites; ``first_subject`` keeps groups disjoint."""

    slug: str
    dataset: str
    site: str
    cohort: str
    first_subject: int
    world: str = "simulated"

    @property
    def is_simulated(self) -> bool:
        """Return whether the people are simulated; then any number of them is available."""
        return self.world == "simulated"


@dataclass(frozen=True)
class SourceTask:
    """Segment one region in one contrast of a group of people."""

    name: str
    people: People
    contrast: str
    region: str
    partition: str | None = None

    @property
    def facts(self) -> PlannedTask:
        """Return the task as described in an artifact, in the paper's upper and lower case."""
        return PlannedTask(
            name=self.name,
            dataset=self.people.dataset,
            people=self.people.slug,
            partition=self.partition,
            modality=self.contrast.upper(),
            region=self.region.upper(),
        )

    @property
    def place(self) -> Place:
        """Return the task's place."""
        people = self.people
        return Place(people.site, people.cohort, self.contrast, self.region, people.world)


SOURCE_PARTITIONS, TARGET_PARTITIONS = ("14", "13", "17", "18"), ("22", "20")
INSTITUTES = ("u", "s", "a")
A_GROUP = 10_000
"""Numbers kept for one group: more than the people of 50 seeds, so that groups share nobody."""


@dataclass(frozen=True)
class DataSets:
    """The people of the three data sets; ``partition`` takes a number, ``institute`` a letter."""

    tumours: People
    matter: People
    partition: Callable[[str], People]
    institute: Callable[[str], People]


def _simulated_partition(number: str) -> People:
    site, first = f"partition-{number}", A_GROUP * int(number) + 1
    return People(site, "FeTS-like (simulated)", site, "glioma", first)


def _simulated_institute(letter: str) -> People:
    site, first = f"institute-{letter}", A_GROUP * (40 + INSTITUTES.index(letter)) + 1
    return People(site, "WMH-like (simulated)", site, "lesions", first)


SIMULATED = DataSets(
    tumours=People("fets", "FeTS-like (simulated)", "partition-05", "glioma", A_GROUP * 5 + 1),
    matter=People("iseg", "iSeg-like (simulated)", "aurora", "healthy", A_GROUP * 30 + 1),
    partition=_simulated_partition,
    institute=_simulated_institute,
)

FETS, ISEG, WMH = "fets2021", "iseg2019", "wmh2017"
REAL_WORLDS = {FETS: "FeTS 2021", ISEG: "iSeg-2019", WMH: "WMH 2017"}
SCANNERS = {"u": "utrecht", "s": "singapore", "a": "ge3t"}
"""In WMH 2017, GE3T is the only Amsterdam scanner of the training part."""
OTHER_PARTITIONS = tuple(
    f"partition-{number:02d}"
    for number in range(1, 23)
    if f"{number:02d}" not in SOURCE_PARTITIONS + TARGET_PARTITIONS
)
"""Of FeTS 2021's 22 partitions, Tables I to III use these, to share no people with Tables IV and
V.
"""


def _real_people(world: str, slug: str, site: str, cohort: str) -> People:
    return People(slug, REAL_WORLDS[world], site, cohort, first_subject=0, world=world)


REAL = DataSets(
    tumours=_real_people(FETS, "fets", SITES_JOINED.join(OTHER_PARTITIONS), "glioma"),
    matter=_real_people(ISEG, "iseg", "all", "infants"),
    partition=lambda number: _real_people(
        FETS, f"partition-{number}", f"partition-{number}", "glioma"
    ),
    institute=lambda letter: _real_people(WMH, f"institute-{letter}", SCANNERS[letter], "lesions"),
)


@dataclass(frozen=True)
class Study:
    """The tasks and the content of each table; keys are (target, source).

    ``tumours`` are the people with tumours of Tables I to III. ``trials`` are the rows of Table I:
    target, kind of transfer, sources to average. ``ranked`` are the pairs of Tables IV and V, whose
    sources are ranked by scores.
    """

    tumours: People
    tasks: Mapping[str, SourceTask]
    trials: tuple[tuple[str, str, tuple[str, ...]], ...]
    same_dataset: tuple[Key, ...]
    cross_dataset: tuple[Key, ...]
    ranked: tuple[Key, ...]

    @property
    def is_simulated(self) -> bool:
        """Return whether all its people are simulated."""
        return self.tumours.is_simulated

    @property
    def pairs(self) -> tuple[Key, ...]:
        """Return every pair that some table needs, without repetition."""
        averaged = [(target, name) for target, _, names in self.trials for name in names]
        every = (*averaged, *self.same_dataset, *self.cross_dataset, *self.ranked)
        return tuple(dict.fromkeys(every))

    @property
    def design(self) -> TableDesign:
        """Return the design of the tables."""
        return TableDesign(self.trials, self.same_dataset, self.cross_dataset, self.ranked)


@dataclass(frozen=True)
class Extent:
    """How much of the paper's structure is used: contrasts, regions, institutes, partitions."""

    trial_contrast: str
    tumour_contrasts: tuple[str, ...]
    similar_contrasts: tuple[str, ...]
    matter_contrasts: tuple[str, ...]
    institutes: tuple[str, ...]
    partitions: tuple[str, ...]
    targets: tuple[tuple[str, str], ...]


FULL = Extent(
    trial_contrast="t1ce",
    tumour_contrasts=("t1", "t1ce", "t2", "flair"),
    similar_contrasts=("t1", "t2", "flair"),
    matter_contrasts=("t1", "t2"),
    institutes=INSTITUTES,
    partitions=SOURCE_PARTITIONS,
    targets=tuple(zip(TARGET_PARTITIONS, ("t2", "t1"), strict=True)),
)
SMALL = Extent(
    trial_contrast="t1ce",
    tumour_contrasts=("t1ce", "flair"),
    similar_contrasts=("flair",),
    matter_contrasts=(),
    institutes=("u",),
    partitions=FULL.partitions,
    targets=FULL.targets[:1],
)
"""For tests: every table has rows, and Table VI its four choices."""


def within(extent: Extent, worlds: Collection[str]) -> Extent:
    """Return the part of an extent that the available real data sets allow.

    Table III transfers from FeTS 2021 to WMH 2017, so it needs both.
    """
    if FETS not in worlds:
        extent = replace(extent, tumour_contrasts=(), institutes=(), partitions=(), targets=())
    if ISEG not in worlds:
        extent = replace(extent, matter_contrasts=())
    if WMH not in worlds:
        extent = replace(extent, institutes=())
    return extent


def study_of(extent: Extent, data: DataSets = SIMULATED) -> Study:
    """Return the tasks and tables of an extent."""
    tumours = _tasks(data.tumours, TUMOUR_REGIONS, extent.tumour_contrasts)
    matter = _tasks(data.matter, MATTER_REGIONS, extent.matter_contrasts)
    lesions = [
        SourceTask(f"WMH-{letter.upper()}-FLAIR", data.institute(letter), "flair", "wmh")
        for letter in extent.institutes
    ]
    sources = [
        _partition_task(data, region, number, contrast)
        for number in extent.partitions
        for region in ("ed", "ncr")
        for contrast in ("t1", "t2")
    ]
    targets = [_partition_task(data, "et", number, contrast) for number, contrast in extent.targets]
    trials = [*_trials(tumours, extent.trial_contrast), *_trials(matter, "t1")]
    similar = [*(t for t in tumours if t.contrast in extent.similar_contrasts), *matter]
    in_flair = [task for task in reversed(tumours) if task.contrast == "flair"]
    return Study(
        tumours=data.tumours,
        tasks={t.name: t for t in (*tumours, *matter, *lesions, *sources, *targets)},
        trials=tuple(trials),
        same_dataset=tuple(
            (target.name, source.name)
            for target in similar
            for source in _of_other_regions(target, similar)
        ),
        cross_dataset=tuple((t.name, source.name) for t in lesions for source in in_flair),
        ranked=tuple((t.name, source.name) for t in targets for source in sources),
    )


def _tasks(
    people: People, regions: tuple[str, ...], contrasts: tuple[str, ...]
) -> list[SourceTask]:
    return [
        SourceTask(f"{region}-{contrast}".upper(), people, contrast, region)
        for contrast in contrasts
        for region in regions
    ]


def _partition_task(data: DataSets, region: str, number: str, contrast: str) -> SourceTask:
    name = f"{region}-{number}-{contrast}".upper()
    return SourceTask(name, data.partition(number), contrast, region, number)


def _trials(tasks: list[SourceTask], contrast: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the two rows of Table I of each task in one contrast."""
    rows = []
    for target in (task for task in tasks if task.contrast == contrast):
        same_task = [
            t.name for t in tasks if t.region == target.region and t.contrast != target.contrast
        ]
        other_task = [source.name for source in _of_other_regions(target, tasks)]
        rows.append((target.name, CROSS_MODALITY, tuple(same_task)))
        rows.append((target.name, CROSS_TASK, tuple(other_task)))
    return rows


def _of_other_regions(target: SourceTask, tasks: list[SourceTask]) -> list[SourceTask]:
    """Return the tasks for other regions with the target's people and contrast."""
    return [
        task
        for task in tasks
        if (task.people, task.contrast) == (target.people, target.contrast)
        and task.region != target.region
    ]


STUDY = study_of(FULL)
REAL_STUDY = study_of(FULL, REAL)


def scenario_slug(target: str, source: str) -> str:
    """Return the name of a pair among the scenarios, such as ``et-22-t2-from-ed-14-t1``."""
    return f"{target}-from-{source}".lower()


def scenarios(study: Study) -> tuple[Scenario, ...]:
    """Return a scenario for each pair."""
    return tuple(
        Scenario(
            slug=scenario_slug(target, source),
            title=f"{target} from {source}",
            source=study.tasks[source].place,
            target=study.tasks[target].place,
        )
        for target, source in study.pairs
    )
