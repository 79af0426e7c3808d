"""Steps read from a plan file: typed as they were made, or refused by step and field."""

import json
from dataclasses import replace

import pytest

from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.errors import PlanError
from benchmarks.plan.plans import Plan
from benchmarks.plan.protocols import KINDS
from tests.plan.test_plans import plan


def plan_file():
    return json.loads(json.dumps(plan().as_json()))


def first(data, kind):
    return next(step for step in data["steps"] if step["kind"] == kind)


OF_EACH_PROTOCOL = ("site-shift", "natural-images", "source-selection")


# A benchmark goes with a strategy that it needs.
@pytest.mark.parametrize("benchmark", [name for name in OF_EACH_PROTOCOL if name in BENCHMARKS])
def test_a_plan_file_gives_back_the_typed_steps(benchmark):
    made = plan(benchmark=benchmark)
    assert Plan.from_json(json.loads(json.dumps(made.as_json()))) == made


def unknown_kind(step):
    step["kind"] = "guess"


def unknown_field(step):
    step["fields"]["colour"] = "red"


def missing_field(step):
    del step["fields"]["width"]


def text_for_number(step):
    step["fields"]["width"] = "4"


def truth_for_number(step):
    step["fields"]["seed"] = True


def unknown_role(step):
    step["parents"]["teacher"] = step["parents"].pop("split")


def missing_role(step):
    del step["parents"]["target"]


def text_for_list(step):
    step["fields"]["rules"] = "source_validation"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (unknown_kind, "kind 'guess' is unknown; known: compare, "),
        (unknown_field, "fields: 'colour' is unknown; known: task, "),
        (missing_field, "fields: 'width' is missing"),
        (text_for_number, "fields.width must be a whole number, got '4'"),
        (truth_for_number, "fields.seed must be a whole number, got True"),
        (unknown_role, "parents: 'teacher' is unknown; known: target, source, split, "),
        (missing_role, "parents: 'target' is missing"),
        (text_for_list, "fields.rules must be a list, got 'source_validation'"),
    ],
)
def test_what_is_no_step_is_refused_with_its_label_and_field(spoil, says):
    data = plan_file()
    step = first(data, "fit")
    spoil(step)
    with pytest.raises(PlanError) as refusal:
        Plan.from_json(data)
    assert refusal.value.message.startswith(f"step {step['label']}")
    assert says in refusal.value.message


def test_a_revised_strategy_changes_the_addresses_of_its_fits_alone(monkeypatch):
    before, earlier_file = plan(), plan_file()
    coral = replace(STRATEGIES["deep_coral"], revision=2)
    monkeypatch.setitem(STRATEGIES, "deep_coral", coral)
    after = plan()
    kept = {s.address for s in before.steps} & {s.address for s in after.steps}
    fits = [step for step in after.steps if step.kind == "fit"]
    assert {s.strategy for s in fits if s.address not in kept} == {"deep_coral"}
    assert {s.strategy for s in fits if s.address in kept} >= {"source_only", "full_fine_tuning"}
    with pytest.raises(PlanError, match="make the plan again"):
        Plan.from_json(earlier_file)


def test_a_revised_kind_of_step_changes_its_own_addresses_and_its_successors(monkeypatch):
    before = plan()
    monkeypatch.setattr(KINDS["evaluate"], "revision", 2)
    after = plan()
    kept = {s.address for s in before.steps} & {s.address for s in after.steps}
    assert {s.kind for s in after.steps if s.address in kept} == {
        "domain", "split", "fit", "embed",
    }  # fmt: skip
    assert {s.kind for s in after.steps if s.address not in kept} == {
        "evaluate", "compare", "conclude", "rank",
    }  # fmt: skip
