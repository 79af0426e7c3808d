"""Plans the steps of a comparison: scenario by scenario, strategy by strategy."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field

from benchmarks.plan.baselines import ORACLE, SOURCE_ONLY, baseline_of
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.protocols.comparison.steps import (
    CompareParents,
    CompareStep,
    Comparisons,
    ConcludeStep,
    EmbeddedFit,
    EmbedParents,
    EmbedStep,
    EvaluateParents,
    EvaluateStep,
    FitParents,
    FitStep,
    RankStep,
    Sides,
    SplitStep,
)
from benchmarks.plan.selection_rules import SELECTION_RULES
from benchmarks.plan.spec import (
    BenchmarkCard,
    DomainSpec,
    Place,
    Profile,
    PublishedWeights,
    RunSpec,
    Scenario,
)
from benchmarks.plan.steps.shared import ComparedCell, DomainStep, WeightsStep
from benchmarks.plan.steps.step import Address, Step

SIMULATED = "simulated"
SOURCE_FIRST_SUBJECT = 1
TARGET_FIRST_SUBJECT = 5001  # target subjects are disjoint from source subjects
LEVEL = 0.05


def steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> list[Step]:
    """Return the steps of a benchmark that compares strategies in scenarios, parents first."""
    found: dict[Address, Step] = {}
    for scenario in card.scenarios:
        for step in _ScenarioPlan(scenario, profile, spec).steps():
            found.setdefault(step.address, step)
    return [*found.values(), _ranking(card, found.values())]


def _ranking(card: BenchmarkCard, steps: Iterable[Step]) -> RankStep:
    return RankStep(
        parents=Comparisons(tuple(s.address for s in steps if isinstance(s, CompareStep))),
        benchmark=card.slug,
        rule=selection_rules(card.scenarios[0])[0],
        simulated=any(scenario.is_simulated for scenario in card.scenarios),
        label=f"{card.title}: rank strategies over scenarios",
    )


def selection_rules(scenario: Scenario) -> tuple[str, ...]:
    """Return the selection rules; source validation needs a source domain."""
    return SELECTION_RULES if isinstance(scenario.source, Place) else SELECTION_RULES[1:]


def domain_specs(scenario: Scenario, profile: Profile) -> dict[str, DomainSpec]:
    """Return the domains by side, with a source if there is one; they share no subjects."""
    source_subjects = profile.source_train + profile.source_validation + profile.source_test
    target_subjects = profile.target_pool + profile.target_validation + profile.target_test

    def domain(place: Place, first: int, subjects: int) -> DomainSpec:
        return DomainSpec(
            world=place.world,
            site=place.site,
            cohort=place.cohort,
            contrast=place.contrast,
            region=place.region,
            subjects=subjects,
            first_subject=first,
            image_size=profile.image_size,
            spacing_mm=profile.spacing_mm,
            slices=profile.slices,
            seed=profile.world_seed,
        )

    source, target = scenario.source, scenario.target
    if not isinstance(source, Place):
        return {"target": domain(target, first_target_subject(target), target_subjects)}
    first, then = first_subjects(source, target, source_subjects)
    return {
        "source": domain(source, first, source_subjects),
        "target": domain(target, then, target_subjects),
    }


def first_subjects(source: Place, target: Place, source_subjects: int) -> tuple[int, int]:
    """Return the numbers of the first source and target subject, so that no one is in both.

    The simulated world has any number of subjects. A real one numbers its subjects from 0 at each
    site and in each cohort; if source and target share one list, the target's come after the
    source's. A subject on two lists is detected when they are read.
    """
    one_list = (source.world, source.site, source.cohort)
    is_same = one_list == (target.world, target.site, target.cohort)
    if source.world == SIMULATED:
        return SOURCE_FIRST_SUBJECT, first_target_subject(target)
    return 0, source_subjects if is_same else first_target_subject(target)


def first_target_subject(target: Place) -> int:
    """Return the number of the first target subject if no source shares its list."""
    return TARGET_FIRST_SUBJECT if target.world == SIMULATED else 0


def admitted_n_targets(card: StrategyCard, profile: Profile) -> tuple[int, ...]:
    """Return the label counts at which a strategy runs: 0 without labels, else the positive ones.

    The oracle has labels for the whole pool.
    """
    if card.slug == ORACLE:
        return (profile.target_pool,)
    return tuple(n for n in profile.n_targets if (n > 0) == card.needs_target_labels)


@dataclass
class _ScenarioPlan:
    """The steps of one scenario, parents first, one strategy after the other."""

    scenario: Scenario
    profile: Profile
    spec: RunSpec
    _fits: dict[tuple[str, int, int], FitStep] = field(default_factory=dict)
    _evaluations: dict[tuple[str, int, int], EvaluateStep] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        self.domains = {
            side: DomainStep.of(spec, self._label(f"build {side} ({spec.site}, {spec.contrast})"))
            for side, spec in domain_specs(self.scenario, self.profile).items()
        }
        self.sides = Sides(**{side: step.address for side, step in self.domains.items()})
        yield from self.domains.values()
        self.weights = self._weights()
        if self.weights:
            yield self.weights
        self.splits = [self._split(seed) for seed in range(self.spec.seeds)]
        yield from self.splits
        comparisons: list[CompareStep] = []
        for slug in filter(self.scenario.admits, self.spec.strategies):
            yield from self._strategy(strategy_card(slug), comparisons)
        yield self._conclusion(comparisons)
        if self.sides.source:
            yield self._embedding(self.sides.source)

    def _label(self, words: str) -> str:
        return f"{self.scenario.title}: {words}"

    def _weights(self) -> WeightsStep | None:
        about = self.scenario.source
        if not isinstance(about, PublishedWeights):
            return None
        label = self._label(f"read weights trained on {about.trained_on}")
        return WeightsStep(**asdict(about), label=label)

    def _split(self, seed: int) -> SplitStep:
        profile = self.profile
        source = (profile.source_train, profile.source_validation, profile.source_test)
        return SplitStep(
            parents=self.sides,
            seed=seed,
            alternates=self.scenario.task == "classification",
            target=(profile.target_pool, profile.target_validation, profile.target_test),
            source=source if self.sides.source else None,
            label=self._label(f"split, seed {seed}"),
        )

    def _strategy(self, card: StrategyCard, comparisons: list[CompareStep]) -> Iterator[Step]:
        n_targets = admitted_n_targets(card, self.profile)
        for n_target in n_targets:
            for seed in range(self.spec.seeds):
                fit = self._fit(card, n_target, seed)
                evaluation = self._evaluate(card, fit, n_target, seed)
                self._fits[card.slug, n_target, seed] = fit
                self._evaluations[card.slug, n_target, seed] = evaluation
                yield fit
                yield evaluation
        if n_targets:
            comparisons.append(self._compare(card, n_targets))
            yield comparisons[-1]

    def _fit(self, card: StrategyCard, n_target: int, seed: int) -> FitStep:
        profile = self.profile
        # Strategies starting from random weights get the pretraining budget, so that a gain does
        # not come from longer training alone. So do those starting from published weights, which
        # were trained for another task.
        reads_network = "source_weights" in card.reads
        starts_from_source = reads_network and self.sides.source and not card.trains_from_scratch
        adapting, pretraining = profile.adapting_iterations, profile.pretraining_iterations
        return FitStep(
            parents=self._fit_parents(seed, reads_network=reads_network),
            task=self.scenario.task,
            shuffled=self.scenario.shuffled,
            strategy=card.slug,
            params=asdict(card.default_params()),
            n_target=n_target,
            seed=seed,
            rules=selection_rules(self.scenario),
            width=profile.width,
            batch=profile.batch,
            checkpoints=profile.checkpoints,
            learning_rate=profile.learning_rate,
            weight_decay=profile.weight_decay,
            iterations=adapting if starts_from_source else pretraining,
            network=self.scenario.network,
            label=self._label(f"{card.name}{_with_labels(n_target)}, seed {seed}"),
        )

    def _fit_parents(self, seed: int, *, reads_network: bool) -> FitParents:
        pretrained = reads_network and self.sides.source
        return FitParents(
            target=self.sides.target,
            source=self.sides.source,
            split=self.splits[seed].address,
            pretraining=self._fits[SOURCE_ONLY, 0, seed].address if pretrained else None,
            weights=self.weights.address if reads_network and self.weights else None,
        )

    def _evaluate(self, card: StrategyCard, fit: FitStep, n_target: int, seed: int) -> EvaluateStep:
        return EvaluateStep(
            parents=EvaluateParents(
                target=self.sides.target,
                source=self.sides.source,
                split=self.splits[seed].address,
                fit=fit.address,
            ),
            task=self.scenario.task,
            shuffled=self.scenario.shuffled,
            rules=selection_rules(self.scenario),
            label=self._label(f"test {card.name}{_with_labels(n_target)}, seed {seed}"),
        )

    def _compare(self, card: StrategyCard, n_targets: tuple[int, ...]) -> CompareStep:
        cells = tuple(self._cell(card, n_target) for n_target in n_targets)
        forgets = self.sides.source and not card.is_baseline
        return CompareStep(
            parents=CompareParents(
                target=self.sides.target,
                evaluations=_unique(address for cell in cells for address in cell.needed),
                before_adaptation=self._addresses(SOURCE_ONLY, 0) if forgets else (),
            ),
            task=self.scenario.task,
            shuffled=self.scenario.shuffled,
            scenario=self.scenario.slug,
            strategy=card.slug,
            node=card.node,
            seeds=self.spec.seeds,
            simulated=self.scenario.is_simulated,
            rules=selection_rules(self.scenario),
            cells=cells,
            label=self._label(f"compare {card.name}"),
        )

    def _cell(self, card: StrategyCard, n_target: int) -> ComparedCell:
        baseline = None if card.is_baseline else baseline_of(n_target)
        return ComparedCell(
            scenario=self.scenario.slug,
            strategy=card.slug,
            node=card.node,
            n_target=n_target,
            evaluations=self._addresses(card.slug, n_target),
            baseline=baseline,
            baseline_evaluations=self._addresses(baseline, n_target) if baseline else (),
        )

    def _addresses(self, slug: str, n_target: int) -> tuple[Address, ...]:
        return tuple(
            self._evaluations[slug, n_target, seed].address for seed in range(self.spec.seeds)
        )

    def _conclusion(self, comparisons: list[CompareStep]) -> ConcludeStep:
        return ConcludeStep(
            parents=Comparisons(tuple(step.address for step in comparisons)),
            scenario=self.scenario.slug,
            level=LEVEL,
            label=self._label("verdicts (Holm)"),
        )

    def _embedding(self, source: Address) -> EmbedStep:
        """Add the step that compares feature spaces of the first seed's fits with most labels."""
        most = {slug: n for slug, n, seed in sorted(self._fits, key=lambda key: key[1])}
        entries = tuple(
            EmbeddedFit(slug, most[slug], self._fits[slug, most[slug], 0].address)
            for slug in self.spec.strategies
            if slug in most
        )
        return EmbedStep(
            parents=EmbedParents(
                source=source,
                target=self.sides.target,
                split=self.splits[0].address,
                fits=tuple(entry.fit for entry in entries),
            ),
            task=self.scenario.task,
            shuffled=self.scenario.shuffled,
            scenario=self.scenario.slug,
            rule=SELECTION_RULES[0],
            simulated=self.scenario.is_simulated,
            entries=entries,
            label=self._label("compare feature spaces"),
        )


def _with_labels(n_target: int) -> str:
    return f", {n_target} labelled" if n_target else ""


def _unique(addresses: Iterable[Address]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(addresses))
