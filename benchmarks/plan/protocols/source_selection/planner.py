"""Plans the steps of source selection: each pair of tasks, the verdicts of a target, the tables."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.errors import MissingDataError
from benchmarks.plan.metrics import metrics_of
from benchmarks.plan.profiles import TEST_PROFILES
from benchmarks.plan.protocols.source_selection.measuring import (
    INVERSION,
    SCRATCH,
    TASK,
    TUNED,
    TUNING_RULE,
    Measurements,
)
from benchmarks.plan.protocols.source_selection.steps import (
    ComparedSources,
    CompareSourcesStep,
    MeasuredPair,
    SourceTablesParents,
    SourceTablesStep,
)
from benchmarks.plan.protocols.source_selection.tasks import (
    FULL,
    REAL,
    REAL_WORLDS,
    SMALL,
    Extent,
    SourceTask,
    Study,
    scenario_slug,
    study_of,
    within,
)
from benchmarks.plan.spec import BenchmarkCard, Profile, RunSpec
from benchmarks.plan.steps.shared import ComparedCell
from benchmarks.plan.steps.step import Address, Step
from benchmarks.plan.verdict_rules import LEVEL, SMOKE_RUN


def steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> Iterable[Step]:
    """Return the steps of a benchmark that ranks source tasks, parents first.

    Raises MissingDataError if no data set of the request has a source task.
    """
    is_simulated = all(scenario.is_simulated for scenario in card.scenarios)
    study = study_of(_extent(profile)) if is_simulated else _real_study(card, profile, spec)
    measured = Measurements(study, profile, spec.seeds, spec.precision)
    _SourcePlan(card, measured).make()
    return measured.steps.values()


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
    """What is concluded from the measurements, target by target, and the tables of all."""

    card: BenchmarkCard
    measured: Measurements

    def make(self) -> None:
        """Add all steps."""
        for (
            task
        ) in self.measured.study.tasks.values():  # regions of the same images one after another
            self.measured.domain(task)
        sources = dict.fromkeys(source for _, source in self.measured.study.pairs)
        for seed in range(self.measured.seeds):
            for name in sources:
                self.measured.pretraining(self.measured.study.tasks[name], seed)
        pairs: list[MeasuredPair] = []
        comparisons: list[CompareSourcesStep] = []
        for name in dict.fromkeys(target for target, _ in self.measured.study.pairs):
            own = [self._pair(t, s) for t, s in self.measured.study.pairs if t == name]
            comparisons.append(self._comparison(self.measured.study.tasks[name], own))
            pairs += own
        self._tables(pairs, comparisons)

    def _pair(self, target_name: str, source_name: str) -> MeasuredPair:
        target, source = (
            self.measured.study.tasks[target_name],
            self.measured.study.tasks[source_name],
        )
        regions = self._region_pair(target, source)
        seeds = range(self.measured.seeds)
        return MeasuredPair(
            target=target.name,
            source=source.name,
            scenario=scenario_slug(target.name, source.name),
            tests=tuple(self.measured.test(target, source, seed).address for seed in seeds),
            baseline=tuple(self.measured.test(target, None, seed).address for seed in seeds),
            tunings=tuple(self.measured.tuning(target, source, seed).address for seed in seeds),
            scores=tuple(self.measured.scores(target, source, seed).address for seed in seeds),
            similarity=self.measured.similarity(*regions).address,
            similarity_of_own_masks=self.measured.similarity(target, source).address,
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
            for task in self.measured.study.tasks.values()
            if task.people == self.measured.study.tumours and task.contrast == "flair"
        }
        return named[target.region], named[source.region]

    def _comparison(self, target: SourceTask, pairs: list[MeasuredPair]) -> CompareSourcesStep:
        cells = tuple(cell for pair in pairs for cell in self._cells(pair))
        return self.measured.add(
            CompareSourcesStep(
                parents=ComparedSources(
                    target=self.measured.domain(target).address,
                    tests=_unique(address for cell in cells for address in cell.evaluations),
                ),
                task=TASK,
                scenario=target.name.lower(),
                seeds=self.measured.seeds,
                simulated=self.measured.study.is_simulated,
                metric=metrics_of(TASK)[0].slug,
                rule=TUNING_RULE,
                level=LEVEL,
                withheld=SMOKE_RUN if self.measured.profile.slug in TEST_PROFILES else None,
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
                n_target=self.measured.profile.target_pool,
                evaluations=pair.baseline,
            ),
            ComparedCell(
                scenario=pair.scenario,
                strategy=tuned.slug,
                node=tuned.node,
                n_target=self.measured.profile.target_pool,
                evaluations=pair.tests,
                baseline=SCRATCH,
                baseline_evaluations=pair.baseline,
            ),
        )

    def _tables(
        self, pairs: list[MeasuredPair], comparisons: list[CompareSourcesStep]
    ) -> SourceTablesStep:
        names = dict.fromkeys(name for pair in self.measured.study.pairs for name in pair)
        return self.measured.add(
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
                profile=self.measured.profile.slug,
                seeds=self.measured.seeds,
                simulated=self.measured.study.is_simulated,
                rule=TUNING_RULE,
                loss=self.measured.effort.loss,
                inversion=INVERSION,
                tasks=tuple(self.measured.study.tasks[name].facts for name in names),
                design=self.measured.study.design,
                pairs=tuple(pairs),
                label=f"{self.card.title}: tables, choices, stability",
            )
        )


def _unique(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(addresses))
