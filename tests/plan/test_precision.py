"""Precision is part of a request, of its fits' addresses, and of what may be compared."""

import pytest

from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.errors import PlanError
from benchmarks.plan.plans import Plan
from benchmarks.plan.precision import arithmetic_of


def plan(precision=None):
    spec = request_spec(benchmark="site-shift", profile="smoke", seeds=1, precision=precision)
    return build_plan(spec)


def test_fits_of_another_precision_have_other_addresses_and_worlds_the_same():
    full, auto = plan("float32"), plan()
    shared = {s.address for s in full.steps} & {s.address for s in auto.steps}
    assert {s.kind for s in full.steps if s.address in shared} == {"domain", "split"}
    assert (full.precision, auto.precision) == ("float32", "auto")
    assert Plan.from_json(full.as_json()).precision == "float32"


def test_an_unknown_precision_is_refused_with_the_choices():
    with pytest.raises(PlanError, match="auto, float32, bfloat16") as refusal:
        plan("float16")
    assert refusal.value.field == "precision"
    with pytest.raises(PlanError, match="float16"):
        Plan.from_json({**plan().as_json(), "precision": "float16"})


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ({"device": "cpu", "precision": "bfloat16"}, "cpu bfloat16"),
        ({"device": "cuda:1", "precision": "bfloat16"}, "cuda bfloat16"),
        ("cpu", ""),
        (None, ""),
    ],
)
def test_arithmetic_is_the_kind_of_device_and_the_precision(device, expected):
    assert arithmetic_of({"device": device} if device else {}) == expected
