"""The probability of a false claim, against formulas, simulation and tables of sample sizes."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.findings.false_claims import (
    Compared,
    false_accuracy_claim_band,
    false_claim,
    false_claim_band,
    subjects_needed,
)


def test_it_is_the_one_sided_p_value_of_the_paired_t_test():
    generator = np.random.default_rng(0)
    better, worse = generator.normal(size=(2, 15)) * 0.1 + [[0.8], [0.75]]
    compared = Compared(
        better.mean() - worse.mean(), better.std(ddof=1), worse.std(ddof=1), len(better)
    )
    correlation = float(np.corrcoef(better, worse)[0, 1])
    wanted = stats.ttest_rel(better, worse, alternative="greater").pvalue
    assert false_claim(compared, correlation) == pytest.approx(wanted)


def test_equal_means_are_a_coin_and_a_reversed_claim_is_likely_false():
    assert false_claim(Compared(0.0, 0.1, 0.1, 20), 0.5) == 0.5
    assert false_claim(Compared(-0.1, 0.1, 0.1, 20), 0.5) > 0.99


def test_without_spread_the_difference_decides():
    assert false_claim(Compared(0.01, 0.0, 0.0, 5), 0.3) == 0.0
    assert false_claim(Compared(0.0, 0.0, 0.0, 5), 0.3) == 0.5
    assert false_claim(Compared(-0.01, 0.0, 0.0, 5), 0.3) == 1.0


def test_the_band_holds_every_correlation_in_its_range():
    compared = Compared(0.02, 0.08, 0.05, 30)
    band = false_claim_band(compared, (0.2, 0.95))
    inside = [false_claim(compared, r) for r in np.linspace(0.2, 0.95, 40)]
    assert band.low == pytest.approx(min(inside))
    assert band.high == pytest.approx(max(inside))


def test_one_subject_is_refused():
    with pytest.raises(ValueError, match="no spread"):
        false_claim(Compared(0.1, 0.1, 0.1, 1), 0.5)


def test_accuracies_are_the_posterior_of_a_dirichlet():
    # 100 people, 90 and 84 right. If all 84 were among the 90, only 6 and 0 differ: 1 / 2^7.
    band = false_accuracy_claim_band(0.90, 0.84, 100)
    assert band.low == pytest.approx(0.5**7)
    # If as few as possible were right in both, 16 and 10 differ.
    draws = np.random.default_rng(1).dirichlet([17, 11, 76], 200_000)
    assert band.high == pytest.approx((draws[:, 0] <= draws[:, 1]).mean(), abs=0.004)


@pytest.mark.parametrize(("effect", "wanted"), [(0.2, 199), (0.5, 34), (0.8, 15)])
def test_subjects_needed_are_those_of_the_tables(effect, wanted):
    # Paired t test, two-sided 0.05, power 0.8: Cohen 1988 and every calculator since.
    assert subjects_needed(effect * 0.07, 0.07) == wanted


def test_no_number_of_subjects_settles_nothing():
    assert subjects_needed(0.0, 0.1) is None
    assert subjects_needed(1e-9, 1.0) is None
    assert subjects_needed(0.1, 0.0) == 2
    assert math.isfinite(subjects_needed(0.001, 0.1) or 0)
