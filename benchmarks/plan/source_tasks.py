"""The tasks of the source-selection benchmark, and which pairs of them its tables show.

Li et al. 2023 cut three data sets into binary tasks "region-modality", and FeTS 2021 further into
"region-partition-modality". Here is the same structure on the simulated world. A group of people
belongs to one site; ED, ET and NCR of a group, in all its contrasts, are about the same people, as
in the paper. No two groups share anybody. Nobody on whom a target is tested is in the training or
validation part of any task.
"""

from dataclasses import dataclass
from typing import Any

from benchmarks.plan.spec import Place, Scenario

TUMOUR_REGIONS = ("et", "ed", "ncr")
MATTER_REGIONS = ("wm", "gm", "csf")
CROSS_MODALITY, CROSS_TASK = "cross-modality", "cross-task"

Key = tuple[str, str]  # target, source


@dataclass(frozen=True)
class People:
    """Persons of one cohort, seen at one site; ``first_subject`` keeps groups apart."""

    slug: str
    dataset: str
    site: str
    cohort: str
    first_subject: int


@dataclass(frozen=True)
class SourceTask:
    """One region to be found in one contrast of a group of people."""

    name: str
    people: People
    contrast: str
    region: str
    partition: str | None = None

    def as_fields(self) -> dict[str, Any]:
        """Return what an artifact tells about the task; the case is that of the paper."""
        return {
            "name": self.name,
            "dataset": self.people.dataset,
            "people": self.people.slug,
            "partition": self.partition,
            "modality": self.contrast.upper(),
            "region": self.region.upper(),
        }

    @property
    def place(self) -> Place:
        """Return where the task lives."""
        return Place(self.people.site, self.people.cohort, self.contrast, self.region)


FETS = People("fets", "FeTS-like (simulated)", "partition-05", "glioma", 5_001)
ISEG = People("iseg", "iSeg-like (simulated)", "aurora", "healthy", 30_001)


def _partition(number: str) -> People:
    first = 1_000 * int(number) + 1
    return People(f"partition-{number}", FETS.dataset, f"partition-{number}", "glioma", first)


def _institute(letter: str, place: int) -> People:
    slug = f"institute-{letter}"
    return People(slug, "WMH-like (simulated)", slug, "lesions", 40_001 + 1_000 * place)


@dataclass(frozen=True)
class Study:
    """Which tasks there are and what each table shows; keys are (target, source).

    ``trials`` are the rows of Table I: target, kind of transfer, sources to be averaged.
    """

    tasks: dict[str, SourceTask]
    trials: tuple[tuple[str, str, tuple[str, ...]], ...]
    same_dataset: tuple[Key, ...]
    cross_dataset: tuple[Key, ...]
    selection: tuple[Key, ...]

    @property
    def pairs(self) -> tuple[Key, ...]:
        """Return every pair that some table needs, once."""
        averaged = [(target, name) for target, _, names in self.trials for name in names]
        every = (*averaged, *self.same_dataset, *self.cross_dataset, *self.selection)
        return tuple(dict.fromkeys(every))

    def design(self) -> dict[str, Any]:
        """Return the JSON form of what the tables show."""
        keys = ("same_dataset", "cross_dataset", "selection")
        return {
            "trials": [[target, kind, list(names)] for target, kind, names in self.trials],
            **{name: [list(key) for key in getattr(self, name)] for name in keys},
        }


@dataclass(frozen=True)
class Extent:
    """How much of the paper's structure is taken: contrasts, regions, institutes, partitions."""

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
    institutes=("u", "s", "a"),
    partitions=("14", "13", "17", "18"),
    targets=(("22", "t2"), ("20", "t1")),
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
"""For tests: every table has rows, and Table VI its four picks."""


def study_of(extent: Extent) -> Study:
    """Return the tasks and tables of an extent."""
    tumours = _tasks(FETS, TUMOUR_REGIONS, extent.tumour_contrasts)
    matter = _tasks(ISEG, MATTER_REGIONS, extent.matter_contrasts)
    lesions = [_lesions(letter, place) for place, letter in enumerate(extent.institutes)]
    sources = _partition_sources(extent)
    targets = [_partition_task("et", number, contrast) for number, contrast in extent.targets]
    trials = [*_trials(tumours, extent.trial_contrast), *_trials(matter, "t1")]
    similar = [*(t for t in tumours if t.contrast in extent.similar_contrasts), *matter]
    in_flair = [task for task in reversed(tumours) if task.contrast == "flair"]
    return Study(
        tasks={t.name: t for t in (*tumours, *matter, *lesions, *sources, *targets)},
        trials=tuple(trials),
        same_dataset=tuple(
            (target.name, source.name)
            for target in similar
            for source in _of_other_regions(target, similar)
        ),
        cross_dataset=tuple((t.name, source.name) for t in lesions for source in in_flair),
        selection=tuple((t.name, source.name) for t in targets for source in sources),
    )


def _tasks(
    people: People, regions: tuple[str, ...], contrasts: tuple[str, ...]
) -> list[SourceTask]:
    return [
        SourceTask(f"{region}-{contrast}".upper(), people, contrast, region)
        for contrast in contrasts
        for region in regions
    ]


def _lesions(letter: str, place: int) -> SourceTask:
    name = f"WMH-{letter.upper()}-FLAIR"
    return SourceTask(name, _institute(letter, place), "flair", "wmh")


def _partition_task(region: str, number: str, contrast: str) -> SourceTask:
    name = f"{region}-{number}-{contrast}".upper()
    return SourceTask(name, _partition(number), contrast, region, number)


def _partition_sources(extent: Extent) -> list[SourceTask]:
    return [
        _partition_task(region, number, contrast)
        for number in extent.partitions
        for region in ("ed", "ncr")
        for contrast in ("t1", "t2")
    ]


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
    """Return the tasks of the target's people and contrast that look for another region."""
    return [
        task
        for task in tasks
        if (task.people, task.contrast) == (target.people, target.contrast)
        and task.region != target.region
    ]


STUDY = study_of(FULL)
SMALL_STUDY = study_of(SMALL)


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
