"""The measurements of `make calibration`, at small size, and the file that the page shows."""

import numpy as np
import pytest

from benchmarks.calibration.__main__ import DOCUMENT
from benchmarks.calibration.against_itself import Bank, compared_with_itself
from benchmarks.calibration.document import document
from benchmarks.calibration.explanations import explained
from benchmarks.calibration.intervals import (
    classification_coverage,
    crossed_coverage,
    gap_coverage,
    rank_coverage,
)
from benchmarks.calibration.rates import coverage_row, exact_interval
from benchmarks.findings.calibration import LEAST, MOST, calibration


def test_exact_intervals_are_clopper_and_pearsons():
    assert exact_interval(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert exact_interval(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)


def test_the_crossed_interval_covers_about_95_percent():
    rows = list(crossed_coverage(400))
    assert np.mean([row["covered"] for row in rows]) == pytest.approx(0.95, abs=0.02)


def test_gaps_and_ranks_are_measured_in_each_repetition():
    assert {row["repetitions"] for row in gap_coverage(20)} == {20}
    assert {row["repetitions"] for row in rank_coverage(3)} == {12}


def test_equal_trainings_seldom_differ_and_unequal_ones_do():
    generator = np.random.default_rng(0)
    bank = Bank(20, 4, 30)
    people = generator.normal(0, 0.1, (1, 1, 30))
    same = 0.7 + people + generator.normal(0, 0.05, (20, 4, 30))
    found = compared_with_itself(same, bank, seeds=5, people=12, comparisons=200)
    assert found["rate"] <= 0.1
    assert found["gains"] + found["negative_transfers"] == round(200 * found["rate"])
    assert 0 < found["p_value"] <= 1


def test_coverage_outside_its_range_is_explained():
    covers = np.repeat([True, False], (98, 2))
    row = explained(coverage_row("rank (bootstrap)", "by mean", covers))
    assert "resamples" in row["explanation"]
    assert explained({**row, "covered": 0.95})["explanation"] == ""


def test_the_stored_measurements_keep_what_is_promised():
    found = calibration()
    assert found is not None
    assert {row["comparisons"] for row in found["against_itself"]} == {2000}
    assert all(row["p_value"] > 0.05 for row in found["against_itself"])
    assert {row["repetitions"] for row in found["coverage"]} == {10_000}
    outside = [row for row in found["coverage"] if not LEAST <= row["covered"] <= MOST]
    assert all(row["explanation"] not in ("", "not explained") for row in outside)
    assert len(found["weights"]) >= 5
    assert DOCUMENT.read_text(encoding="utf-8") == document(found)


def test_one_seed_is_called_one_seed_and_a_minus_is_no_hyphen():
    cases = [row["case"] for row in classification_coverage(2)]
    assert cases[0] == "6 with and 6 without, 1 seed, true AUC 0.8"
    assert cases[2] == "6 with and 6 without, 10 seeds, true AUC 0.8"
    found = calibration()
    assert found is not None
    assert [row["case"] for row in found["coverage"] if "with and 6 without" in row["case"]] == (
        [case for case in cases if case.startswith("6 ")]
    )
    text = document(found)
    assert "1 seeds" not in text
    negative = next(row for row in found["weights"] if min(row["bias"]) < -0.1)
    assert f"\N{MINUS SIGN}{-min(negative['bias']):.2f}" in text
