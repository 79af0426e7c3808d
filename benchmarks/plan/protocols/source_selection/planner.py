"""Plans the steps of source selection: each source is pretrained once and tuned to its targets.

Draws of people and pretraining do not depend on a target, so all targets share these steps. Scores
need no tuning.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TypeVar

from benchmarks.plan.baselines import SOURCE_ONLY, TARGET_ONLY
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.errors import MissingDataError
from benchmarks.plan.metrics import metrics_of
from benchmarks.plan.profiles import TEST_PROFILES
from benchmarks.plan.protocols.source_selection.steps import (
    ComparedSources,
    CompareSourcesStep,
    Counted,
    Inversion,
    MeasuredPair,
    PairParents,
    PeopleStep,
    PretrainParents,
    PretrainStep,
    ScoredParents,
    SimilarityStep,
    SourceTablesParents,
    SourceTablesStep,
    TargetTestStep,
    TestedParents,
    TransferabilityStep,
    TuneParents,
    TuneStep,
)
from benchmarks.plan.protocols.source_selection.tasks import (
    FULL,
    REAL,
    REAL_WORLDS,
    SMALL,
    Extent,
    People,
    SourceTask,
    Study,
    scenario_slug,
    study_of,
    within,
)
from benchmarks.plan.selection_rules import PRETRAINING_RULE, TARGET_VALIDATION
from benchmarks.plan.spec import BenchmarkCard, DomainSpec, Place, Profile, RunSpec
from benchmarks.plan.steps.shared import ComparedCell, DomainStep
from benchmarks.plan.steps.step import Address, Step
from benchmarks.plan.verdict_rules import LEVEL, SHARED_PEOPLE, SMOKE_RUN
from reviewdb.common.json_object import JsonObject

PRETRAINED, TUNED, SCRATCH = SOURCE_ONLY, "frozen_encoder", TARGET_ONLY
TUNING_RULE = TARGET_VALIDATION
INVERSION: Inversion = "pseudo_inverse"
TASK = "segmentation"
AnyStep = TypeVar("AnyStep", bound=Step)


@dataclass(frozen=True)
class Effort:
    """Settings in addition to a profile: the loss, and the cost of scores.

    ``loss`` is the paper's cross-entropy, or ``task``, which adds soft Dice. ``otce_pixels`` are
    drawn per side, because the cost of transport grows faster than linearly; transport stops at
    ``otce_tolerance``. At most ``masks`` per side are compared if people differ. ``resamples`` is
    the number of draws of labelled people for the stability of the scores of Tables IV and V.
    """

    loss: str
    otce_pixels: int
    otce_tolerance: float
    masks: int
    resamples: int


EFFORTS = {
    "smoke": Effort("task", otce_pixels=100, otce_tolerance=1e-3, masks=12, resamples=1),
    # In 240 iterations, cross-entropy alone does not find regions of a thousandth of the pixels.
    "quick": Effort("task", otce_pixels=1_000, otce_tolerance=1e-4, masks=64, resamples=3),
    "standard": Effort(
        "cross_entropy", otce_pixels=5_000, otce_tolerance=1e-5, masks=128, resamples=10
    ),
    "paper": Effort(
        "cross_entropy", otce_pixels=40_000, otce_tolerance=1e-6, masks=128, resamples=20
    ),
}


def steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> Iterable[Step]:
    """Return the steps of a benchmark that ranks source tasks, parents first.

    Raises MissingDataError if no data set of the request has a source task.
    """
    is_simulated = all(scenario.is_simulated for scenario in card.scenarios)
    study = study_of(_extent(profile)) if is_simulated else _real_study(card, profile, spec)
    plan = _SourcePlan(card, study, profile, spec.seeds, spec.precision)
    plan.make()
    return plan.steps.values()


def _real_study(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> Study:
    """Return the tasks on those of the paper's data sets that the request uses."""
    study = study_of(within(_extent(profile), spec.datasets), REAL)
    if not study.pairs:
        missing = {name: title for name, title in REAL_WORLDS.items() if name not in spec.datasets}
        why = f"{card.slug} needs FeTS 2021 or iSeg-2019 to transfer from"
        raise MissingDataError(why, missing)
    return study


def _extent(profile: Profile) -> Extent:
    """Return how much of the paper's structure a profile uses: all of it, except for tests."""
    return SMALL if profile.slug in TEST_PROFILES else FULL


@dataclass
class _SourcePlan:
    """The steps by address; adding a step again has no effect."""

    card: BenchmarkCard
    study: Study
    profile: Profile
    seeds: int
    precision: str
    steps: dict[Address, Step] = field(default_factory=dict)

    def make(self) -> None:
        """Add all steps."""
        for task in self.study.tasks.values():  # regions of the same images one after another
            self._domain(task)
        sources = dict.fromkeys(source for _, source in self.study.pairs)
        for seed in range(self.seeds):
            for name in sources:
                self._pretraining(self.study.tasks[name], seed)
        pairs: list[MeasuredPair] = []
        comparisons: list[CompareSourcesStep] = []
        for name in dict.fromkeys(target for target, _ in self.study.pairs):
            own = [self._pair(t, s) for t, s in self.study.pairs if t == name]
            comparisons.append(self._comparison(self.study.tasks[name], own))
            pairs += own
        self._tables(pairs, comparisons)

    @property
    def effort(self) -> Effort:
        """Return the profile's loss and scoring."""
        return EFFORTS[self.profile.slug]

    def _add(self, step: AnyStep) -> AnyStep:
        self.steps.setdefault(step.address, step)
        return step

    def _domain(self, task: SourceTask) -> DomainStep:
        return self._add(DomainStep.of(self._spec(task.people, task.place), f"{task.name}: build"))

    def _spec(self, people: People, place: Place) -> DomainSpec:
        profile = self.profile
        return DomainSpec(
            world=place.world,
            site=place.site,
            cohort=place.cohort,
            contrast=place.contrast,
            region=place.region,
            subjects=sum(self._sizes(people).values()),
            first_subject=people.first_subject,
            image_size=profile.image_size,
            spacing_mm=profile.spacing_mm,
            slices=profile.slices,
            seed=profile.world_seed,
            or_fewer=not people.is_simulated,
        )

    def _sizes(self, people: People) -> dict[str, int]:
        """Return how many of a group train, validate and test, by the roles of its tasks."""
        profile = self.profile
        groups = [
            {self.study.tasks[name].people for name in names}
            for names in zip(*self.study.pairs, strict=True)
        ]
        is_target, is_source = (people in group for group in groups)
        train = max(profile.source_train * is_source, profile.target_pool * is_target)
        validation = max(
            profile.source_validation * is_source, profile.target_validation * is_target
        )
        return {
            "train": train,
            "validation": validation,
            "test": profile.target_test * is_target,
        }

    def _people(self, people: People, seed: int) -> PeopleStep:
        """Return the draw of a group; a real group may have fewer people than requested."""
        tasks = (task for task in self.study.tasks.values() if task.people == people)
        counted = None if people.is_simulated else self._domain(next(tasks)).address
        return self._add(
            PeopleStep(
                parents=Counted(counted),
                seed=seed,
                people=people.slug,
                **self._sizes(people),
                label=f"{people.slug}: draw people, seed {seed}",
            )
        )

    def _pretraining(self, task: SourceTask, seed: int) -> PretrainStep:
        return self._add(
            PretrainStep(
                parents=PretrainParents(
                    source=self._domain(task).address,
                    people=self._people(task.people, seed).address,
                ),
                **self._training(strategy_card(PRETRAINED), 0, seed, PRETRAINING_RULE),
                label=f"{task.name}: pretrain, seed {seed}",
            )
        )

    def _tuning(self, target: SourceTask, source: SourceTask | None, seed: int) -> TuneStep:
        """Return the fit to the target: from a source network, or from scratch without one."""
        card = strategy_card(TUNED if source else SCRATCH)
        return self._add(
            TuneStep(
                parents=TuneParents(
                    target=self._domain(target).address,
                    people=self._people(target.people, seed).address,
                    pretraining=self._pretraining(source, seed).address if source else None,
                ),
                **self._training(card, self.profile.target_pool, seed, TUNING_RULE),
                label=f"{target.name}: {_from(source)}, seed {seed}",
            )
        )

    def _training(self, card: StrategyCard, n_target: int, seed: int, rule: str) -> JsonObject:
        profile = self.profile
        # Training from scratch gets the pretraining budget, so that a gain over it does not come
        # from longer training alone.
        is_tuning = card.slug == TUNED
        return {
            "task": TASK,
            "strategy": card.slug,
            "params": asdict(card.default_params()),
            "n_target": n_target,
            "seed": seed,
            "rules": (rule,),
            "loss": self.effort.loss,
            "precision": self.precision,
            "width": profile.width,
            "batch": profile.batch,
            "checkpoints": profile.checkpoints,
            "learning_rate": profile.learning_rate,
            "weight_decay": profile.weight_decay,
            "iterations": (
                profile.adapting_iterations if is_tuning else profile.pretraining_iterations
            ),
        }

    def _test(self, target: SourceTask, source: SourceTask | None, seed: int) -> TargetTestStep:
        return self._add(
            TargetTestStep(
                parents=TestedParents(
                    target=self._domain(target).address,
                    people=self._people(target.people, seed).address,
                    tuning=self._tuning(target, source, seed).address,
                ),
                task=TASK,
                rule=TUNING_RULE,
                label=f"{target.name}: test {_from(source)}, seed {seed}",
            )
        )

    def _scores(self, target: SourceTask, source: SourceTask, seed: int) -> TransferabilityStep:
        is_ranked = (target.name, source.name) in self.study.ranked
        return self._add(
            TransferabilityStep(
                parents=ScoredParents(
                    source=self._domain(source).address,
                    target=self._domain(target).address,
                    source_people=self._people(source.people, seed).address,
                    target_people=self._people(target.people, seed).address,
                    pretraining=self._pretraining(source, seed).address,
                ),
                task=TASK,
                n_target=self.profile.target_pool,
                seed=seed,
                inversion=INVERSION,
                otce_pixels=self.effort.otce_pixels,
                otce_tolerance=self.effort.otce_tolerance,
                resamples=self.effort.resamples * is_ranked,
                label=f"{target.name}: score {source.name}, seed {seed}",
            )
        )

    def _similarity(self, target: SourceTask, source: SourceTask) -> SimilarityStep:
        """Return the step that compares two regions, on the same people if possible."""
        return self._add(
            SimilarityStep(
                parents=PairParents(
                    source=self._domain(source).address,
                    target=self._domain(target).address,
                    source_people=self._people(source.people, 0).address,
                    target_people=self._people(target.people, 0).address,
                ),
                task=TASK,
                pairing="paired" if source.people == target.people else "crossed",
                masks=self.effort.masks,
                label=f"{target.name}: similarity of {source.name}",
            )
        )

    def _pair(self, target_name: str, source_name: str) -> MeasuredPair:
        target, source = self.study.tasks[target_name], self.study.tasks[source_name]
        regions = self._region_pair(target, source)
        seeds = range(self.seeds)
        return MeasuredPair(
            target=target.name,
            source=source.name,
            scenario=scenario_slug(target.name, source.name),
            tests=tuple(self._test(target, source, seed).address for seed in seeds),
            baseline=tuple(self._test(target, None, seed).address for seed in seeds),
            tunings=tuple(self._tuning(target, source, seed).address for seed in seeds),
            scores=tuple(self._scores(target, source, seed).address for seed in seeds),
            similarity=self._similarity(*regions).address,
            similarity_of_own_masks=self._similarity(target, source).address,
        )

    def _region_pair(self, target: SourceTask, source: SourceTask) -> tuple[SourceTask, SourceTask]:
        """Return the tasks whose masks are compared for the similarity of two regions.

        Between partitions the paper compares regions by Table II, on people who have both, because
        masks of different people also differ in the place of the tumour. FLAIR represents all
        contrasts, which have the same masks.
        """
        if target.partition is None:
            return target, source
        named = {
            task.region: task
            for task in self.study.tasks.values()
            if task.people == self.study.tumours and task.contrast == "flair"
        }
        return named[target.region], named[source.region]

    def _comparison(self, target: SourceTask, pairs: list[MeasuredPair]) -> CompareSourcesStep:
        cells = tuple(cell for pair in pairs for cell in self._cells(pair))
        return self._add(
            CompareSourcesStep(
                parents=ComparedSources(
                    target=self._domain(target).address,
                    tests=_unique(address for cell in cells for address in cell.evaluations),
                ),
                task=TASK,
                scenario=target.name.lower(),
                seeds=self.seeds,
                simulated=self.study.is_simulated,
                metric=metrics_of(TASK)[0].slug,
                rule=TUNING_RULE,
                level=LEVEL,
                withheld=SMOKE_RUN if self.profile.slug in TEST_PROFILES else SHARED_PEOPLE,
                cells=cells,
                label=f"{target.name}: compare {len(pairs)} sources (Holm)",
            )
        )

    def _cells(self, pair: MeasuredPair) -> tuple[ComparedCell, ComparedCell]:
        """Return the two rows of a pair: the baseline and the transfer."""
        tuned = strategy_card(TUNED)
        return (
            ComparedCell(
                scenario=pair.scenario,
                strategy=SCRATCH,
                node=None,
                n_target=self.profile.target_pool,
                evaluations=pair.baseline,
            ),
            ComparedCell(
                scenario=pair.scenario,
                strategy=tuned.slug,
                node=tuned.node,
                n_target=self.profile.target_pool,
                evaluations=pair.tests,
                baseline=SCRATCH,
                baseline_evaluations=pair.baseline,
            ),
        )

    def _tables(
        self, pairs: list[MeasuredPair], comparisons: list[CompareSourcesStep]
    ) -> SourceTablesStep:
        names = dict.fromkeys(name for pair in self.study.pairs for name in pair)
        return self._add(
            SourceTablesStep(
                parents=SourceTablesParents(
                    tests=_unique(a for pair in pairs for a in (*pair.tests, *pair.baseline)),
                    tunings=_unique(a for pair in pairs for a in pair.tunings),
                    scores=_unique(a for pair in pairs for a in pair.scores),
                    similarities=_unique(
                        a for pair in pairs for a in (pair.similarity, pair.similarity_of_own_masks)
                    ),
                    comparisons=tuple(step.address for step in comparisons),
                ),
                benchmark=self.card.slug,
                profile=self.profile.slug,
                seeds=self.seeds,
                simulated=self.study.is_simulated,
                rule=TUNING_RULE,
                loss=self.effort.loss,
                inversion=INVERSION,
                tasks=tuple(self.study.tasks[name].facts for name in names),
                design=self.study.design,
                pairs=tuple(pairs),
                label=f"{self.card.title}: tables, choices, stability",
            )
        )


def _from(source: SourceTask | None) -> str:
    return f"tune {source.name}" if source else "train from scratch"


def _unique(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(addresses))
