"""Plans are data: equal requests, equal addresses."""

import json
import subprocess
import sys

import networkx as nx
import pytest

from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.errors import PlanError
from benchmarks.plan.plans import Plan
from benchmarks.plan.protocols.comparison.steps import Sides, SplitStep


def plan(**changes):
    request = {"benchmark": "site-shift", "profile": "smoke", **changes}
    return build_plan(request_spec(**request))


def split(**changes):
    told = {"seed": 0, "alternates": False, "target": (3, 2, 6)} | changes
    return SplitStep(**{"parents": Sides(target="a" * 64), **told})


def test_equal_requests_give_equal_addresses_in_another_process():
    command = [
        sys.executable,
        "-m",
        "benchmarks.engine",
        "plan",
        "site-shift",
        "--profile",
        "smoke",
    ]
    other = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert [step["address"] for step in other["steps"]] == [s.address for s in plan().steps]


def test_a_plan_is_an_acyclic_graph_with_parents_first():
    made = plan()
    assert nx.is_directed_acyclic_graph(made.graph())
    assert Plan.from_json(json.loads(json.dumps(made.as_json()))) == made


def test_fine_tuning_and_frozen_encoder_share_one_pretraining_per_seed():
    steps = [step for step in plan().steps if step.kind == "fit"]
    by_address = {step.address: step for step in steps}
    pretrainings = {
        parent
        for step in steps
        if step.strategy in {"full_fine_tuning", "frozen_encoder"}
        for parent in step.parents.addresses
        if parent in by_address
    }
    assert len(pretrainings) == 2 * 2  # scenarios x seeds
    assert {by_address[a].strategy for a in pretrainings} == {"source_only"}


def test_asking_for_one_strategy_brings_every_baseline_and_the_same_addresses():
    few = plan(strategies=["deep_coral"])
    assert few.strategies == ("source_only", "target_only", "joint", "oracle", "deep_coral")
    kept = {step.address for step in few.steps if step.kind in {"fit", "evaluate", "compare"}}
    assert kept <= {step.address for step in plan().steps}


def test_strategies_that_need_labels_run_only_where_there_are_some():
    runs = {(s.strategy, s.n_target) for s in plan().steps if s.kind == "fit"}
    assert ("full_fine_tuning", 0) not in runs
    assert ("source_only", 0) in runs
    assert ("deep_coral", 2) not in runs


def test_labels_do_not_enter_an_address_but_fields_do():
    step = split(label="one name")
    assert split(label="another name").address == step.address
    assert split(seed=1).address != step.address
    assert split(parents=Sides(target="c" * 64)).address != step.address


@pytest.mark.parametrize(
    ("change", "field", "choice"),
    [
        ({"benchmark": "nope"}, "benchmark", "site-shift"),
        ({"profile": "nope"}, "profile", "quick"),
        ({"strategies": ["nope"]}, "strategies", "deep_coral"),
        ({"seeds": 0}, "seeds", "between 1 and"),
    ],
)
def test_a_wrong_request_names_the_field_and_the_choices(change, field, choice):
    with pytest.raises(PlanError) as refusal:
        plan(**change)
    assert refusal.value.field == field
    assert choice in refusal.value.message


def test_a_changed_plan_file_is_refused():
    data = plan().as_json()
    data["steps"][0]["fields"]["site"] = "elsewhere"
    with pytest.raises(PlanError, match="content and address differ"):
        Plan.from_json(data)


def test_a_plan_of_another_engine_revision_is_refused():
    data = {**plan().as_json(), "engine_revision": -1}
    with pytest.raises(PlanError, match="make the plan again"):
        Plan.from_json(data)


def test_the_family_is_every_admitted_strategy_whatever_was_asked_for():
    few, more = plan(strategies=["dann"]), plan(strategies=["all"])
    families = [
        [step.families for step in made.steps if step.kind == "conclude"] for made in (few, more)
    ]
    assert families[0] == families[1]
    without, with_labels = families[0][0]
    assert (without.n_target, with_labels.n_target) == (0, 2)
    assert {"dann", "deep_coral"} <= set(without.strategies)
    assert not {"source_only", "oracle"} & {*without.strategies, *with_labels.strategies}


def test_verdicts_are_on_the_main_metric_under_the_first_rule():
    concluded = next(step for step in plan().steps if step.kind == "conclude")
    fit = next(step for step in plan().steps if step.kind == "fit")
    assert (concluded.metric, concluded.rule) == ("dice", fit.rules[0])
    assert concluded.is_test
    quick = plan(profile="quick")
    assert not any(step.is_test for step in quick.steps if step.kind == "conclude")


def test_profiles_have_seeds_enough_for_a_verdict():
    assert [plan(profile=name).seeds for name in ("quick", "standard", "paper")] == [5, 10, 10]


@pytest.mark.parametrize("seeds", [1, 5, 7])
def test_a_target_holds_people_of_its_own_for_each_seed(seeds):
    made = plan(profile="quick", seeds=seeds)
    splits = [step for step in made.steps if step.kind == "split"]
    target = next(s for s in made.steps if s.address == splits[0].parents.target)
    pool, validation, test = splits[0].target
    assert target.subjects == test + max(seeds, 5) * (pool + validation)
