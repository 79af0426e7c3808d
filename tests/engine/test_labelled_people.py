"""How many people's labels a result has read."""

import pytest

from benchmarks.engine.steps.comparison.compare import CellAbout, labelled_people
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.profiles import QUICK


@pytest.mark.parametrize(
    ("rule", "wanted"), [("last", 2), ("source_validation", 2), ("target_validation", 6)]
)
def test_people_whose_labels_choose_a_checkpoint_count_as_labelled(rule, wanted):
    about = CellAbout(seeds=5, simulated=True, target_validation=4)
    assert labelled_people(2, rule, about) == wanted


def test_plans_say_how_many_target_people_validate():
    plan = build_plan(request_spec(benchmark="site-shift", profile="quick", seeds=1))
    found = {step.target_validation for step in plan.steps if step.kind == "compare"}
    assert found == {QUICK.target_validation}
