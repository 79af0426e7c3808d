"""Plans the steps of a comparison: scenario by scenario, strategy by strategy."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace

from benchmarks.plan.baselines import ORACLE, SOURCE_ONLY, baseline_of
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.errors import MissingDataError, PlanError
from benchmarks.plan.metrics import metrics_of
from benchmarks.plan.profiles import TEST_PROFILES
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
    FoldStep,
    RankStep,
    Sides,
    SplitStep,
)
from benchmarks.plan.searches import Trial, trials_of
from benchmarks.plan.selection_rules import (
    LAST,
    SELECTION_RULES,
    SOURCE_VALIDATION,
    TARGET_VALIDATION,
)
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
from benchmarks.plan.verdict_rules import LEVEL, Family
from benchmarks.plan.without_term import without_term

SIMULATED = "simulated"
LEAST_FOLDS = 2
SOURCE_FIRST_SUBJECT = 1
TARGET_FIRST_SUBJECT = 5001  # target subjects are disjoint from source subjects


def steps(card: BenchmarkCard, profile: Profile, spec: RunSpec) -> list[Step]:
    """Return the steps of a benchmark that compares strategies in scenarios, parents first.

    Scenarios on real data are those whose data sets the request has. Raises MissingDataError where
    there are none, and PlanError for a cross-validation of one fold.
    """
    if profile.is_cross_validated and spec.seeds < LEAST_FOLDS:
        message = f"seeds are folds of a cross-validation here: ask for {LEAST_FOLDS} or more"
        raise PlanError("seeds", message)
    found: dict[Address, Step] = {}
    for scenario in _with_data(card, spec):
        for step in _ScenarioPlan(scenario, profile, spec, compared=card.strategies).steps():
            found.setdefault(step.address, step)
    return [*found.values(), _ranking(card, found.values())]


def _with_data(card: BenchmarkCard, spec: RunSpec) -> tuple[Scenario, ...]:
    """Return the scenarios whose real data sets, if any, the request has."""
    there = tuple(s for s in card.scenarios if set(s.datasets) <= set(spec.datasets))
    if not there:
        missing = {name: words for name, words in card.data if name not in spec.datasets}
        raise MissingDataError(f"{card.slug} needs data that are not here", missing)
    return there


def search_steps(
    card: StrategyCard, scenarios: Iterable[Scenario], profile: Profile, seeds: int
) -> Iterator[tuple[Trial | None, Step]]:
    """Yield the steps of a search, parents first; those that test a trial come with the trial.

    Only the final weights are tested, so that no validation is done.
    """
    spec = RunSpec(benchmark="", profile=profile.slug, strategies=(card.slug,), seeds=seeds)
    for scenario in scenarios:
        yield from _ScenarioPlan(scenario, profile, spec, rules=(LAST,)).searched(card)


def _ranking(card: BenchmarkCard, steps: Iterable[Step]) -> RankStep:
    primary = selection_rules(card.scenarios[0])[0]
    return RankStep(
        parents=Comparisons(tuple(s.address for s in steps if isinstance(s, CompareStep))),
        benchmark=card.slug,
        rule=primary,
        # Where checkpoints are chosen on the source, those with target labels use these instead.
        labelled_rule=TARGET_VALIDATION if primary == SOURCE_VALIDATION else primary,
        simulated=any(scenario.is_simulated for scenario in card.scenarios),
        label=f"{card.title}: rank strategies over scenarios",
    )


def selection_rules(scenario: Scenario) -> tuple[str, ...]:
    """Return the selection rules; source validation needs a source domain."""
    has_source = isinstance(scenario.source, Place)
    return tuple(rule for rule in SELECTION_RULES if has_source or rule != SOURCE_VALIDATION)


def domain_specs(
    scenario: Scenario, profile: Profile, seeds: int | None = None
) -> dict[str, DomainSpec]:
    """Return the domains by side, with a source if there is one; they share no subjects.

    The target holds its test subjects first, then a pool and validation subjects for each seed, so
    that no two seeds share a labelled subject. There are as many as the profile's seeds need, or
    more if more ``seeds`` are requested, so that a request for fewer seeds shares the domain. In a
    cross-validation every person serves every fold.
    """
    source_subjects = profile.source_train + profile.source_validation + profile.source_test
    a_seed = profile.target_pool + profile.target_validation
    pools = 1 if profile.is_cross_validated else max(profile.seeds, seeds or 0)
    target_subjects = profile.target_test + pools * a_seed
    if scenario.people_at_most:
        source_subjects = target_subjects = scenario.people_at_most

    def domain(place: Place, first: int, subjects: int) -> DomainSpec:
        return DomainSpec(
            world=place.world,
            site=place.site,
            cohort=place.cohort,
            contrast=place.contrast,
            region=place.region,
            subjects=subjects,
            first_subject=place.people_from + first,
            image_size=profile.image_size,
            spacing_mm=profile.spacing_mm,
            slices=profile.slices,
            seed=profile.world_seed,
            or_fewer=profile.is_cross_validated,
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


def admitted_n_targets(
    card: StrategyCard, profile: Profile, scenario: Scenario | None = None
) -> tuple[int, ...]:
    """Return the label counts at which a strategy runs: 0 without labels, else the positive ones.

    The oracle has labels for the whole pool.
    """
    if card.slug == ORACLE:
        return (profile.target_pool,)
    counts = profile.n_targets if scenario is None else scenario.n_targets(profile)
    return tuple(n for n in counts if (n > 0) == card.needs_target_labels)


@dataclass
class _ScenarioPlan:
    """The steps of one scenario, parents first, one strategy after the other."""

    scenario: Scenario
    profile: Profile
    spec: RunSpec
    rules: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    _fits: dict[tuple[str, int, int], FitStep] = field(default_factory=dict)
    _evaluations: dict[tuple[str, int, int], EvaluateStep] = field(default_factory=dict)
    _without_term: dict[tuple[str, int, int], EvaluateStep] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        yield from self._opening()
        comparisons: list[CompareStep] = []
        for slug in filter(self.scenario.admits, self.spec.strategies):
            yield from self._strategy(strategy_card(slug), comparisons)
        yield self._conclusion(comparisons)
        if self.sides.source and not self.profile.is_cross_validated:
            # A fold's few test people do not carry a comparison of feature spaces.
            yield self._embedding(self.sides.source)

    def searched(self, card: StrategyCard) -> Iterator[tuple[Trial | None, Step]]:
        """Yield the steps of a search of one strategy; a trial comes with the steps that test it.

        Strategies that read source weights start from the same network in each trial.
        """
        yield from ((None, step) for step in self._opening())
        for seed in range(self.spec.seeds):
            if "source_weights" in card.reads:
                source = self._fit(strategy_card(SOURCE_ONLY), 0, seed, Trial(1.0, 1.0))
                self._fits[SOURCE_ONLY, 0, seed] = source
                yield None, source
            for trial in trials_of(has_term=bool(card.strength)):
                n_target = admitted_n_targets(card, self.profile)[0]
                fit = self._fit(card, n_target, seed, trial)
                yield None, fit
                yield trial, self._evaluate(fit, card.name)

    def _opening(self) -> Iterator[Step]:
        self.domains = {
            side: DomainStep.of(spec, self._label(f"build {side} ({spec.site}, {spec.contrast})"))
            for side, spec in domain_specs(self.scenario, self.profile, self.spec.seeds).items()
        }
        self.sides = Sides(**{side: step.address for side, step in self.domains.items()})
        yield from self.domains.values()
        self.weights = self._weights()
        if self.weights:
            yield self.weights
        self.splits = [self._split(seed) for seed in range(self.spec.seeds)]
        yield from self.splits

    def _label(self, words: str) -> str:
        return f"{self.scenario.title}: {words}"

    def _weights(self) -> WeightsStep | None:
        about = self.scenario.source
        if not isinstance(about, PublishedWeights):
            return None
        label = self._label(f"read weights trained on {about.trained_on}")
        return WeightsStep(**asdict(about), label=label)

    def _split(self, seed: int) -> SplitStep | FoldStep:
        if self.profile.is_cross_validated:
            return self._folds(seed)
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

    def _folds(self, fold: int) -> FoldStep:
        profile = self.profile
        cards = map(strategy_card, filter(self.scenario.admits, self.spec.strategies))
        counts = [n for card in cards for n in admitted_n_targets(card, profile, self.scenario)]
        source = (profile.source_train, profile.source_validation, profile.source_test)
        return FoldStep(
            parents=self.sides,
            fold=fold,
            folds=self.spec.seeds,
            by_class=self.scenario.task == "classification",
            labelled=max(counts, default=0),
            target=(profile.target_pool, profile.target_validation, profile.target_test),
            source=source if self.sides.source else None,
            label=self._label(f"fold {fold + 1} of {self.spec.seeds}"),
        )

    def _strategy(self, card: StrategyCard, comparisons: list[CompareStep]) -> Iterator[Step]:
        n_targets = admitted_n_targets(card, self.profile, self.scenario)
        for n_target in n_targets:
            for seed in range(self.spec.seeds):
                fit = self._fit(card, n_target, seed)
                evaluation = self._evaluate(fit, card.name)
                self._fits[card.slug, n_target, seed] = fit
                self._evaluations[card.slug, n_target, seed] = evaluation
                yield fit
                yield evaluation
                if card.strength:
                    yield from self._control(card, fit)
        if n_targets:
            comparisons.append(self._compare(card, n_targets))
            yield comparisons[-1]

    def _fit(
        self, card: StrategyCard, n_target: int, seed: int, trial: Trial | None = None
    ) -> FitStep:
        profile = self.profile
        params = card.params_at(trial.strength) if trial else card.default_params()
        reads_network = "source_weights" in card.reads
        return FitStep(
            parents=self._fit_parents(seed, reads_network=reads_network),
            task=self.scenario.task,
            shuffled=self.scenario.shuffled,
            strategy=card.slug,
            params=asdict(params),
            n_target=n_target,
            seed=seed,
            rules=self.rules or selection_rules(self.scenario),
            width=profile.width,
            batch=profile.batch,
            checkpoints=profile.checkpoints,
            learning_rate=profile.learning_rate * (trial.rate if trial else card.rate),
            weight_decay=profile.weight_decay,
            iterations=profile.most_iterations,
            least_iterations=profile.least_iterations,
            window=profile.window,
            network=self.scenario.network,
            precision=self.spec.precision,
            label=self._label(f"{card.name}{_with_labels(n_target)}, seed {seed}"),
        )

    def _control(self, card: StrategyCard, fit: FitStep) -> Iterator[Step]:
        """Add the fit without the strategy's term, at its own rate and budget, and its test.

        Strategies that are the same computation without their terms share these steps.
        """
        trained, params = without_term(card)
        name = f"{trained.name} without its term"
        words = f"{name}{_with_labels(fit.n_target)}, seed {fit.seed}"
        control = replace(fit, strategy=trained.slug, params=params, label=self._label(words))
        test = self._evaluate(control, name)
        self._without_term[card.slug, fit.n_target, fit.seed] = test
        yield control
        yield test

    def _fit_parents(self, seed: int, *, reads_network: bool) -> FitParents:
        pretrained = reads_network and self.sides.source
        return FitParents(
            target=self.sides.target,
            source=self.sides.source,
            split=self.splits[seed].address,
            pretraining=self._fits[SOURCE_ONLY, 0, seed].address if pretrained else None,
            weights=self.weights.address if reads_network and self.weights else None,
        )

    def _evaluate(self, fit: FitStep, name: str) -> EvaluateStep:
        return EvaluateStep(
            parents=EvaluateParents(
                target=self.sides.target,
                source=self.sides.source,
                split=fit.parents.split,
                fit=fit.address,
            ),
            task=self.scenario.task,
            shuffled=self.scenario.shuffled,
            rules=self.rules or selection_rules(self.scenario),
            label=self._label(f"test {name}{_with_labels(fit.n_target)}, seed {fit.seed}"),
        )

    def _compare(self, card: StrategyCard, n_targets: tuple[int, ...]) -> CompareStep:
        cells = tuple(self._cell(card, n_target) for n_target in n_targets)
        forgets = self.sides.source and not card.is_baseline
        return CompareStep(
            parents=CompareParents(
                target=self.sides.target,
                evaluations=_unique(address for cell in cells for address in cell.needed),
                before_adaptation=self._addresses(SOURCE_ONLY, 0) if forgets else (),
                without_term=_unique(address for cell in cells for address in cell.without_term),
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
            target_validation=self.profile.target_validation,
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
            without_term=self._addresses_without_term(card.slug, n_target) if card.strength else (),
        )

    def _addresses(self, slug: str, n_target: int) -> tuple[Address, ...]:
        return tuple(
            self._evaluations[slug, n_target, seed].address for seed in range(self.spec.seeds)
        )

    def _addresses_without_term(self, slug: str, n_target: int) -> tuple[Address, ...]:
        return tuple(
            self._without_term[slug, n_target, seed].address for seed in range(self.spec.seeds)
        )

    def _conclusion(self, comparisons: list[CompareStep]) -> ConcludeStep:
        return ConcludeStep(
            parents=Comparisons(tuple(step.address for step in comparisons)),
            scenario=self.scenario.slug,
            metric=metrics_of(self.scenario.task)[0].slug,
            rule=selection_rules(self.scenario)[0],
            level=LEVEL,
            families=self._families(),
            is_test=self.profile.slug in TEST_PROFILES,
            label=self._label("verdicts (Holm)"),
        )

    def _families(self) -> tuple[Family, ...]:
        """Return who is compared at each label count: all admitted strategies, requested or not."""
        members: dict[int, list[str]] = {}
        for card in map(strategy_card, filter(self.scenario.admits, self.compared)):
            for n_target in (
                () if card.is_baseline else admitted_n_targets(card, self.profile, self.scenario)
            ):
                members.setdefault(n_target, []).append(card.slug)
        return tuple(Family(n, tuple(members[n])) for n in sorted(members))

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
