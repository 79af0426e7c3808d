"""A published claim's row: what can be said of it, and why not where it cannot."""

from collections import Counter

import pytest

from benchmarks.findings.claims import Claim, claim_row


def claim(**changes):
    about = {
        "key": "effect-1", "claim": "A better than B in Dice", "better": "A", "worse": "B",
        "metric": "Dice", "better_value": 0.83, "worse_value": 0.80, "verdicts": {},
    }  # fmt: skip
    return claim_row(Claim(**{**about, **changes}))


def test_means_spreads_and_a_size_give_a_band_and_a_sample_size():
    row = claim(better_sd=0.1, worse_sd=0.1, subjects=20)
    # r = 0: t = sqrt(20) 0.03 / 0.1414 = 0.949, 19 degrees of freedom.
    assert row["false_claim_high"] == pytest.approx(0.177, abs=0.001)
    assert row["false_claim_low"] < 0.01
    assert (row["published"], row["note"]) == (pytest.approx(0.03), "")
    # Effect 0.2121 and power 0.8: 177 subjects; as near twins (r = 0.9), effect 0.67: 20.
    assert (row["needs"], row["needs_least"]) == (177, 20)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "no standard deviation and no number of test subjects"),
        ({"subjects": 20}, "no standard deviation"),
        ({"better_sd": 0.1, "worse_sd": 0.1}, "no number of test subjects"),
        ({"better_sd": 0.1, "subjects": 20}, "no standard deviation"),
    ],
)
def test_what_is_not_printed_is_named(given, missing):
    row = claim(**given)
    assert (row["false_claim_low"], row["needs"]) == (None, None)
    assert row["note"] == f"the source prints {missing}, so that the risk is unknown"


def test_lower_is_better_where_the_metric_says_so():
    row = claim(metric="HD95", is_higher_better=False, better_value=4.0, worse_value=5.5)
    assert row["published"] == 1.5


def test_numbers_against_the_claim_are_said():
    row = claim(better_value=0.79, better_sd=0.1, worse_sd=0.1, subjects=20)
    assert row["false_claim_low"] > 0.5
    assert "do not favour" in row["note"]
    assert row["needs"] is None


def test_accuracies_need_no_spread():
    row = claim(metric="Accuracy", better_value=0.9, worse_value=0.84, subjects=100)
    assert row["false_claim_low"] == pytest.approx(0.5**7)


@pytest.mark.parametrize(
    ("verdicts", "wanted"),
    [
        ({}, None),
        ({"gain": 3}, "gain"),
        ({"no_difference": 2, "gain": 0}, "no_difference"),
        ({"gain": 1, "negative_transfer": 1}, "mixed"),
    ],
)
def test_what_we_measured_is_one_word(verdicts, wanted):
    assert claim(verdicts=Counter(verdicts))["reproduced"] == wanted
