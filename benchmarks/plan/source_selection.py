"""The steps of the source-selection benchmark: one pretraining a source, shared by all targets.

``pretrain`` and ``people`` know nothing of a target, so that every target that needs a source
network finds the same address. ``tune`` trains the decoder for one target, or from scratch for the
baseline; ``test`` measures it; ``transferability`` scores a pair without tuning, ``similarity``
compares regions; ``compare_sources`` draws the verdicts of one target, ``selection`` the tables.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.data_root import absence, folder_of
from benchmarks.plan.errors import PlanError
from benchmarks.plan.source_tasks import (
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
from benchmarks.plan.spec import BenchmarkCard, DomainSpec, Profile, RunSpec
from benchmarks.plan.steps import Step

SIMULATED_BENCHMARK, REAL_BENCHMARK = "source-selection", "source-selection-real"
PRETRAINED, TUNED, SCRATCH = "source_only", "frozen_encoder", "target_only"
PRETRAINING_RULE, TUNING_RULE = "source_validation", "target_validation"
INVERSION = "pseudo_inverse"
LEVEL = 0.05
PAIRED, CROSSED = "paired", "crossed"
SIMILARITY, OWN_MASKS = "similarity", "similarity_of_own_masks"


@dataclass(frozen=True)
class Protocol:
    """What a profile does not say: the loss, and what is spent on scores.

    ``loss`` is the paper's cross-entropy, or ``task``, which adds soft Dice. ``otce_pixels`` are
    drawn a side, since the cost of transport grows faster than they do, and transport ends at
    ``otce_tolerance``; ``masks`` at most are compared with each other where people differ;
    ``resamples`` are the draws of labelled people that the scores of Tables IV and V are computed
    on again, for their stability.
    """

    loss: str
    otce_pixels: int
    otce_tolerance: float
    masks: int
    resamples: int


PROTOCOLS = {
    "smoke": Protocol("task", otce_pixels=100, otce_tolerance=1e-3, masks=12, resamples=1),
    # In 240 iterations cross-entropy alone finds no region of a thousandth of the pixels at all.
    "quick": Protocol("task", otce_pixels=1_000, otce_tolerance=1e-4, masks=64, resamples=3),
    "standard": Protocol(
        "cross_entropy", otce_pixels=5_000, otce_tolerance=1e-5, masks=128, resamples=10
    ),
    "paper": Protocol(
        "cross_entropy", otce_pixels=40_000, otce_tolerance=1e-6, masks=128, resamples=20
    ),
}


def simulated_steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> Iterable[Step]:
    """Return the steps on the simulated world, parents first."""
    return _steps(card, study_of(_extent(profile)), profile, spec)


def real_steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> Iterable[Step]:
    """Return the steps on those of the paper's data sets that are on this machine, parents first.

    Raises PlanError, with what each lacks, where there is none to transfer from.
    """
    try:
        worlds = [world for world in REAL_WORLDS if folder_of(world)]
    except NotADirectoryError as error:
        raise PlanError("benchmark", str(error)) from None
    extent = within(_extent(profile), worlds)
    study = study_of(extent, REAL)
    if not study.pairs:
        missing = "; ".join(
            f"{REAL_WORLDS[world]}: {absence(world)}"
            for world in REAL_WORLDS
            if world not in worlds
        )
        raise PlanError(
            "benchmark", f"{card.slug} needs FeTS 2021 or iSeg-2019 to transfer from. {missing}"
        )
    return _steps(card, study, profile, spec)


def _extent(profile: Profile) -> Extent:
    """Return how much of the paper's structure a profile takes: all of it, but for tests."""
    return SMALL if profile.slug == "smoke" else FULL


def _steps(card: BenchmarkCard, study: Study, profile: Profile, spec: RunSpec) -> Iterable[Step]:
    plan = _SelectionPlan(card, study, profile, spec.seeds)
    plan.make()
    return plan.steps.values()


@dataclass
class _SelectionPlan:
    """Steps by address; whoever needs one adds it, and it is there once."""

    card: BenchmarkCard
    study: Study
    profile: Profile
    seeds: int
    steps: dict[str, Step] = field(default_factory=dict)

    def make(self) -> None:
        """Add everything."""
        for task in self.study.tasks.values():  # regions of one image after another
            self._domain(task)
        sources = dict.fromkeys(source for _, source in self.study.pairs)
        for seed in range(self.seeds):
            for name in sources:
                self._pretraining(self.study.tasks[name], seed)
        entries: list[dict[str, Any]] = []
        comparisons: list[Step] = []
        for name in dict.fromkeys(target for target, _ in self.study.pairs):
            own = [self._entry(t, s) for t, s in self.study.pairs if t == name]
            comparisons.append(self._comparison(self.study.tasks[name], own))
            entries += own
        self._selection(entries, comparisons)

    @property
    def protocol(self) -> Protocol:
        """Return the profile's loss and scoring."""
        return PROTOCOLS[self.profile.slug]

    def _add(self, step: Step) -> Step:
        return self.steps.setdefault(step.address, step)

    def _domain(self, task: SourceTask) -> Step:
        place, profile = task.place, self.profile
        spec = DomainSpec(
            world=place.world,
            site=place.site,
            cohort=place.cohort,
            contrast=place.contrast,
            region=place.region,
            subjects=sum(self._sizes(task.people).values()),
            first_subject=task.people.first_subject,
            image_size=profile.image_size,
            spacing_mm=profile.spacing_mm,
            slices=profile.slices,
            seed=profile.world_seed,
            or_fewer=not task.people.is_simulated,
        )
        return self._add(Step("domain", spec.as_fields(), label=f"{task.name}: build"))

    def _sizes(self, people: People) -> dict[str, int]:
        """Return how many of a group train, validate and test, by what its tasks serve as."""
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

    def _people(self, people: People, seed: int) -> Step:
        """Return the draw of a group: of a real one there may be fewer people than asked for."""
        fields = {"seed": seed, "people": people.slug, **self._sizes(people)}
        tasks = (task for task in self.study.tasks.values() if task.people == people)
        counted = () if people.is_simulated else (self._domain(next(tasks)).address,)
        label = f"{people.slug}: draw people, seed {seed}"
        return self._add(Step("people", fields, counted, label))

    def _pretraining(self, task: SourceTask, seed: int) -> Step:
        parents = (self._domain(task).address, self._people(task.people, seed).address)
        fields = self._training(strategy_card(PRETRAINED), 0, seed, PRETRAINING_RULE)
        return self._add(Step("pretrain", fields, parents, f"{task.name}: pretrain, seed {seed}"))

    def _tuning(self, target: SourceTask, source: SourceTask | None, seed: int) -> Step:
        """Return the fit to the target: of a source's network, or from scratch without one."""
        card = strategy_card(TUNED if source else SCRATCH)
        parents = [self._domain(target).address, self._people(target.people, seed).address]
        if source:
            parents.append(self._pretraining(source, seed).address)
        fields = self._training(card, self.profile.target_pool, seed, TUNING_RULE)
        label = f"{target.name}: {_from(source)}, seed {seed}"
        return self._add(Step("tune", fields, tuple(parents), label))

    def _training(self, card: StrategyCard, n_target: int, seed: int, rule: str) -> dict[str, Any]:
        profile = self.profile
        # Who starts from random weights gets the iterations that pretraining gets, so that a gain
        # over the source network is no mere longer training.
        is_tuning = card.slug == TUNED
        return {
            **_about_labels(),
            "strategy": card.slug,
            "params": asdict(card.default_params()),
            "n_target": n_target,
            "seed": seed,
            "selection": [rule],
            "loss": self.protocol.loss,
            "width": profile.width,
            "batch": profile.batch,
            "checkpoints": profile.checkpoints,
            "learning_rate": profile.learning_rate,
            "weight_decay": profile.weight_decay,
            "iterations": (
                profile.adapting_iterations if is_tuning else profile.pretraining_iterations
            ),
        }

    def _test(self, target: SourceTask, source: SourceTask | None, seed: int) -> Step:
        tuning = self._tuning(target, source, seed)
        parents = (
            self._domain(target).address,
            self._people(target.people, seed).address,
            tuning.address,
        )
        fields = {**_about_labels(), "selection": [TUNING_RULE]}
        label = f"{target.name}: test {_from(source)}, seed {seed}"
        return self._add(Step("test", fields, parents, label))

    def _scores(self, target: SourceTask, source: SourceTask, seed: int) -> Step:
        is_chosen = (target.name, source.name) in self.study.selection
        parents = (
            self._domain(source).address,
            self._domain(target).address,
            self._people(source.people, seed).address,
            self._people(target.people, seed).address,
            self._pretraining(source, seed).address,
        )
        fields = {
            **_about_labels(),
            "n_target": self.profile.target_pool,
            "seed": seed,
            "inversion": INVERSION,
            "otce_pixels": self.protocol.otce_pixels,
            "otce_tolerance": self.protocol.otce_tolerance,
            "resamples": self.protocol.resamples * is_chosen,
        }
        label = f"{target.name}: score {source.name}, seed {seed}"
        return self._add(Step("transferability", fields, parents, label))

    def _similarity(self, target: SourceTask, source: SourceTask) -> Step:
        """Return how alike two regions are: on the same people where there are such."""
        pairing = PAIRED if source.people == target.people else CROSSED
        parents = (
            self._domain(source).address,
            self._domain(target).address,
            self._people(source.people, 0).address,
            self._people(target.people, 0).address,
        )
        fields = {
            **_about_labels(),
            "pairing": pairing,
            "masks": self.protocol.masks,
        }
        label = f"{target.name}: similarity of {source.name}"
        return self._add(Step("similarity", fields, parents, label))

    def _entry(self, target_name: str, source_name: str) -> dict[str, Any]:
        target, source = self.study.tasks[target_name], self.study.tasks[source_name]
        regions = self._region_pair(target, source)
        seeds = range(self.seeds)
        return {
            "target": target.name,
            "source": source.name,
            "scenario": scenario_slug(target.name, source.name),
            "tests": [self._test(target, source, seed).address for seed in seeds],
            "baseline": [self._test(target, None, seed).address for seed in seeds],
            "tunings": [self._tuning(target, source, seed).address for seed in seeds],
            "scores": [self._scores(target, source, seed).address for seed in seeds],
            SIMILARITY: self._similarity(*regions).address,
            OWN_MASKS: self._similarity(target, source).address,
        }

    def _region_pair(self, target: SourceTask, source: SourceTask) -> tuple[SourceTask, SourceTask]:
        """Return the tasks whose masks tell how alike two regions are.

        Between partitions the paper compares regions by Table II, on people who have both; masks
        of different people differ by where their tumours are. FLAIR stands for all contrasts: they
        have the same masks.
        """
        if target.partition is None:
            return target, source
        named = {
            task.region: task
            for task in self.study.tasks.values()
            if task.people == self.study.tumours and task.contrast == "flair"
        }
        return named[target.region], named[source.region]

    def _comparison(self, target: SourceTask, entries: list[dict[str, Any]]) -> Step:
        cells = [cell for entry in entries for cell in self._cells(entry)]
        fields = {
            **_about_labels(),
            "scenario": target.name.lower(),
            "seeds": self.seeds,
            "simulated": self.study.is_simulated,
            "selection": [TUNING_RULE],
            "level": LEVEL,
            "cells": cells,
            "before_adaptation": [],
        }
        tests = [a for cell in cells for a in cell["evaluations"]]
        parents = _unique([self._domain(target).address, *tests])
        label = f"{target.name}: compare {len(entries)} sources (Holm)"
        return self._add(Step("compare_sources", fields, parents, label))

    def _cells(self, entry: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the two rows of a pair: the baseline and what is measured from it."""
        shared = {
            "scenario": entry["scenario"],
            "n_target": self.profile.target_pool,
        }
        tuned = strategy_card(TUNED)
        return [
            {
                **shared,
                "strategy": SCRATCH,
                "node": None,
                "evaluations": entry["baseline"],
                "baseline": None,
                "baseline_evaluations": [],
            },
            {
                **shared,
                "strategy": tuned.slug,
                "node": tuned.node,
                "evaluations": entry["tests"],
                "baseline": SCRATCH,
                "baseline_evaluations": entry["baseline"],
            },
        ]

    def _selection(self, entries: list[dict[str, Any]], comparisons: list[Step]) -> Step:
        names = dict.fromkeys(name for pair in self.study.pairs for name in pair)
        fields = {
            **_about_labels(),
            "benchmark": self.card.slug,
            "profile": self.profile.slug,
            "seeds": self.seeds,
            "simulated": self.study.is_simulated,
            "rule": TUNING_RULE,
            "loss": self.protocol.loss,
            "inversion": INVERSION,
            "tasks": [self.study.tasks[name].as_fields() for name in names],
            "design": self.study.design(),
            "pairs": entries,
        }
        kinds = ("tests", "tunings", "scores")
        parents = _unique(
            [
                *(address for entry in entries for kind in kinds for address in entry[kind]),
                *(entry[kind] for entry in entries for kind in (SIMILARITY, OWN_MASKS)),
                *(step.address for step in comparisons),
            ]
        )
        return self._add(
            Step("selection", fields, parents, f"{self.card.title}: tables, choices, stability")
        )


def _from(source: SourceTask | None) -> str:
    return f"tune {source.name}" if source else "train from scratch"


def _about_labels() -> dict[str, Any]:
    return {"task": "segmentation", "shuffled": []}


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))
