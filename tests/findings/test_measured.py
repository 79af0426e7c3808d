"""What measurements say about a node: each strategy once, in one sentence."""

import pytest

from benchmarks.findings.measured import MeasuredRow, measured
from benchmarks.plan.verdict_rules import CROSS_VALIDATED, too_few_seeds

GAIN, LOSS, SAME = "gain", "negative_transfer", "no_difference"


def rows(strategy, *verdicts, simulated=True, **changes):
    return [MeasuredRow(strategy, simulated, verdict, **changes) for verdict in verdicts]


def sentences(*groups):
    return [found["sentence"] for found in measured(row for group in groups for row in group)]


def test_nothing_measured_says_nothing():
    assert measured([]) == []


def test_each_strategy_counts_once_however_many_comparisons_it_has():
    same = [rows(name, SAME, SAME) for name in "abcde"]
    tests = rows("x", "", is_test=True)
    found = sentences(rows("g", GAIN, SAME, GAIN), rows("h", GAIN), rows("l", LOSS), *same, tests)
    assert found == [
        "Of 9 strategies measured on simulated images, 2 gained in at least one comparison, 1 lost "
        "in at least one comparison, 5 showed no difference that could be told from chance and "
        "1 has no verdict (a test run)."
    ]


def test_a_strategy_that_gained_and_lost_is_neither_a_gain_nor_a_loss():
    (found,) = measured(rows("a", GAIN, LOSS, SAME, "failed") + rows("b", LOSS))
    assert (found["gained"], found["lost"], found["both"]) == (0, 1, 1)
    assert "1 gained in one comparison and lost in another" in found["sentence"]


def test_simulated_and_real_have_a_sentence_each():
    found = sentences(rows("a", GAIN), rows("a", LOSS, simulated=False))
    assert found == [
        "The one strategy measured on simulated images gained in at least one comparison.",
        "The one strategy measured on real images lost in at least one comparison.",
    ]


def test_a_run_for_tests_gives_no_verdict_whatever_it_stored():
    found = sentences(rows("a", GAIN, is_test=True), rows("b", LOSS, is_test=True))
    assert found == ["Both strategies measured on simulated images have no verdict (a test run)."]


def test_a_run_for_tests_adds_nothing_to_a_strategy_measured_elsewhere():
    (found,) = measured(rows("a", "", withheld=too_few_seeds(2)) + rows("a", "", is_test=True))
    assert found["why_no_verdict"] == ["too few seeds"]


def test_reasons_stand_beside_what_has_no_verdict():
    few = rows("a", "", withheld=too_few_seeds(2))
    folds = rows("b", "", withheld=CROSS_VALIDATED)
    assert sentences(few, folds, rows("c", "failed")) == [
        "Of 3 strategies measured on simulated images, 1 failed and 2 have no verdict "
        "(cross-validation of a small real set; too few seeds)."
    ]


@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ([SAME, ""], "no_difference"),
        (["failed", SAME], "no_difference"),
        (["failed", GAIN], "gained"),
        (["failed", "failed"], "failed"),
        (["failed", ""], "no_verdict"),
        ([""], "no_verdict"),
    ],
)
def test_the_strongest_verdict_is_the_outcome(verdicts, outcome):
    (found,) = measured(rows("a", *verdicts))
    names = ("gained", "lost", "both", "no_difference", "failed", "no_verdict")
    assert [name for name in names if found[name]] == [outcome]
    assert sum(found[name] for name in names) == found["strategies"] == 1
