"""Verdicts: one declared metric and rule, corrected for all that are compared, or a reason."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmarks.engine.steps.comparison.conclude import Declared, conclude, decide
from benchmarks.plan.protocols.comparison.steps import Comparisons
from benchmarks.plan.result_row import FAILED, ResultRow
from benchmarks.plan.verdict_rules import BOTH_PERFECT, CROSS_VALIDATED, SMOKE_RUN, Family


def row(strategy="deep_coral", *, p_value=0.001, gain=0.1, **changes):
    values = {
        "scenario": "tissue", "strategy": strategy, "n_target": 2, "metric": "dice",
        "selection": "last", "seeds": 10, "simulated": True, "baseline": "target_only",
        "gain": gain, "gain_low": gain - 0.05, "gain_high": gain + 0.05, "mean": 0.7,
        "detail": {"p_value": p_value, "standard_error": 0.02, "degrees_of_freedom": 12.0},
    }  # fmt: skip
    return ResultRow(**values | changes)


def declared(strategies=("deep_coral", "dann"), **changes):
    values = {
        "metric": "dice", "rule": "last", "level": 0.05,
        "families": {("tissue", slug, 2): 2 for slug in strategies},
        "sizes": {2: len(strategies)},
    }  # fmt: skip
    return Declared(**values | changes)


def test_a_clear_difference_has_its_verdict_and_says_what_it_could_have_found():
    better, worse = decide([row(), row("dann", gain=-0.1)], declared())
    assert (better.verdict, worse.verdict) == ("gain", "negative_transfer")
    assert better.withheld is None
    # 0.02 times the quantiles at 1 - 0.05 / 4 and at 0.8 of a t with 12 degrees of freedom.
    assert better.detectable == pytest.approx(0.02 * (2.5600 + 0.8726), abs=1e-4)


def test_the_correction_does_not_depend_on_who_was_run():
    admitted = tuple(f"s{n}" for n in range(10))
    alone = decide([row("s0", p_value=0.004)], declared(admitted))[0]
    others = [row(slug, p_value=0.9) for slug in admitted[1:]]
    together = decide([row("s0", p_value=0.004), *others], declared(admitted))[0]
    assert alone.detail["p_value_holm"] == together.detail["p_value_holm"] == pytest.approx(0.04)
    assert decide([row("s0", p_value=0.006)], declared(admitted))[0].verdict == "no_difference"


def test_a_failed_strategy_counts_in_the_family():
    failed = row("dann", verdict=FAILED, detail={"reason": "broke"})
    found = decide([row(p_value=0.03), failed], declared())
    assert found[0].verdict == "no_difference"  # 0.03 of two
    assert found[1] == failed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": 4}, "too few seeds: 4 of at least 5"),
        ({"metric": "hd95"}, "secondary: verdicts are on Dice under the rule “last”"),
        ({"selection": "target_validation"}, "secondary: "),
        ({"strategy": "deep_coral_at_zero"}, "secondary: "),
        ({"withheld": BOTH_PERFECT}, BOTH_PERFECT),
    ],
)
def test_a_result_without_a_verdict_says_why(changes, words):
    (found,) = decide([row(**changes)], declared())
    assert (found.verdict, found.detectable) == (None, None)
    assert found.withheld.startswith(words)


def test_a_smoke_run_has_no_verdict():
    (found,) = decide([row()], declared(withheld=SMOKE_RUN))
    assert (found.verdict, found.withheld) == (None, SMOKE_RUN)


def test_a_cross_validation_has_no_verdict():
    folded = row(seeds=1)
    folded = replace(folded, detail={**folded.detail, "folds": 5, "scores": [[0.7, 0.8]]})
    step = SimpleNamespace(
        scenario="tissue", metric="dice", rule="last", level=0.05, is_test=False,
        families=(Family(2, ("deep_coral",)),), parents=Comparisons(("a",)),
    )  # fmt: skip
    outputs = {"results": [folded.as_json()]}
    context = SimpleNamespace(step=step, failed={}, outputs=lambda *_: outputs)
    (found,) = conclude(context)["results"]
    assert (found["verdict"], found["withheld"]) == (None, CROSS_VALIDATED)


def test_a_baseline_has_neither_verdict_nor_reason():
    (found,) = decide([row(baseline=None)], declared())
    assert (found.verdict, found.withheld) == (None, None)
