"""Every strategy has the same budget: iterations, rate, and trials of a search."""

from dataclasses import replace

import pytest

from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.benchmarks.development import DEVELOPMENT
from benchmarks.plan.benchmarks.site_shift import SITE_SHIFT
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.catalog import CARDS, STRATEGIES
from benchmarks.plan.plans import Plan
from benchmarks.plan.profiles import PROFILES, QUICK
from benchmarks.plan.protocols.comparison import planner
from benchmarks.plan.protocols.comparison.planner import domain_specs, search_steps
from benchmarks.plan.searches import (
    FOLDER,
    TRIALS,
    Search,
    Tried,
    search_of,
    trials_of,
    write_search,
)
from benchmarks.plan.selection_rules import SELECTION_RULES
from benchmarks.plan.spec import SIMULATED

BUDGET = ("iterations", "least_iterations", "window", "batch", "weight_decay")


def fits(**request):
    plan = build_plan(request_spec(benchmark="site-shift", seeds=1, **request))
    return [step for step in plan.steps if step.kind == "fit"]


@pytest.mark.parametrize("profile", [profile.slug for profile in PROFILES])
def test_every_strategy_has_the_same_iterations(profile):
    found = fits(profile=profile, strategies=["all"])
    assert len({tuple(getattr(fit, name) for name in BUDGET) for fit in found}) == 1


def test_rates_differ_by_what_a_recorded_search_chose_alone():
    for fit in fits(profile="quick", strategies=["all"]):
        card = STRATEGIES[fit.strategy]
        assert fit.learning_rate == QUICK.learning_rate * card.rate
        assert card.search is not None or card.rate == 1.0


def test_fine_tuning_has_the_rate_of_training_from_scratch_for_each_weight():
    for card in CARDS:
        params = card.default_params()
        assert getattr(params, "learning_rate_factor", 1.0) == 1.0, card.slug


def test_the_final_weights_are_the_first_rule_of_every_comparison():
    assert SELECTION_RULES[0] == "last"
    assert {fit.rules[0] for fit in fits(profile="quick")} == {"last"}


def test_development_shares_no_site_and_no_people_with_a_benchmark():
    sites, taken = set(), set()
    for card in BENCHMARKS.values():
        spec = request_spec(benchmark=card.slug, profile=card.profiles[-1].slug)
        for step in build_plan(spec).steps if not card.datasets else ():
            if step.kind == "domain" and step.spec.world == SIMULATED:
                domain = step.spec
                sites.add(domain.site)
                taken |= set(range(domain.first_subject, domain.first_subject + domain.subjects))
    assert {"aurora", "borealis"} <= sites
    for scenario in DEVELOPMENT:
        for domain in domain_specs(scenario, PROFILES[-1]).values():
            people = range(domain.first_subject, domain.first_subject + domain.subjects)
            assert domain.site not in sites
            assert taken.isdisjoint(people)


def test_all_strategies_get_the_same_six_trials():
    assert len(set(TRIALS)) == len(TRIALS) == 6
    assert (TRIALS[0].rate, TRIALS[0].strength) == (1.0, 1.0)
    for card in CARDS:
        if not planner.admitted_n_targets(card, QUICK):
            continue
        found = list(search_steps(card, DEVELOPMENT, QUICK, seeds=2))
        trials = [trial for trial, _ in found if trial is not None]
        wanted = set(TRIALS) if card.strength else set(trials_of(has_term=False))
        assert set(trials) == wanted
        assert len(trials) == len(wanted) * len(DEVELOPMENT) * 2


def test_a_trial_multiplies_the_rate_and_the_terms_weight():
    card = STRATEGIES["deep_coral"]
    found = [step for _, step in search_steps(card, DEVELOPMENT[:1], QUICK, seeds=1)]
    Plan("development", "quick", 1, (card.slug,), tuple(found)).graph()
    tried = [step for step in found if step.kind == "fit"]
    written = card.params_at(1.0).trade_off
    assert [step.learning_rate / QUICK.learning_rate for step in tried] == pytest.approx(
        [trial.rate for trial in TRIALS]
    )
    assert [step.params["trade_off"] / written for step in tried] == pytest.approx(
        [trial.strength for trial in TRIALS]
    )
    assert {step.rules for step in tried} == {("last",)}


def record(**changes):
    tried = (Tried(1.0, 1.0, 0.5), Tried(0.3, 1.0, 0.7), Tried(3.0, 1.0, None, "it diverged"))
    values = {
        "strategy": "deep_coral",
        "profile": "quick",
        "transfers": ("development-tissue",),
        "seeds": 1,
        "n_target": 0,
        "metric": "dice",
        "engine_revision": 0,
        "strategy_revision": 1,
        "tried": tried,
    }
    return Search(**{**values, **changes})


def test_the_best_trial_is_chosen_and_the_written_values_win_a_draw():
    assert (record().rate, record().strength) == (0.3, 1.0)
    equal = record(tried=(Tried(1.0, 1.0, 0.7), Tried(0.3, 1.0, 0.7)))
    assert equal.rate == 1.0
    failed = record(tried=(Tried(1.0, 1.0, None, "no"), Tried(0.3, 1.0, None, "no")))
    assert failed.rate == 1.0


def test_a_record_is_read_as_it_was_written_and_plans_use_it(tmp_path, monkeypatch):
    strong = record(tried=(Tried(1.0, 1.0, 0.5), Tried(1.0, 10.0, 0.6), Tried(3.0, 1.0, 0.4)))
    write_search(strong, tmp_path)
    monkeypatch.setattr("benchmarks.plan.searches.FOLDER", tmp_path)
    search_of.cache_clear()
    try:
        card = STRATEGIES["deep_coral"]
        assert card.search == strong
        assert card.default_params().trade_off == 10 * card.params_at(1.0).trade_off
        assert "10 times the written strength" in card.how_searched
        assert "earlier version" in card.how_searched
        assert "not searched yet" in STRATEGIES["dann"].how_searched
    finally:
        search_of.cache_clear()


def test_every_record_in_the_catalog_is_of_a_strategy_and_says_what_it_chose():
    for path in FOLDER.glob("*.json"):
        found = search_of(path.stem)
        assert found.strategy == path.stem
        assert path.stem in STRATEGIES
        assert found.tried
        wanted = [(trial.rate, trial.strength) for trial in TRIALS]
        assert [(t.rate, t.strength) for t in found.tried] == [
            pair for pair in wanted if pair in {(t.rate, t.strength) for t in found.tried}
        ]


def test_a_scenario_numbers_its_people_as_before():
    tissue = SITE_SHIFT.scenarios[0]
    moved = replace(tissue, target=replace(tissue.target, people_from=100))
    plain, other = (domain_specs(scenario, QUICK)["target"] for scenario in (tissue, moved))
    assert other.first_subject == plain.first_subject + 100
