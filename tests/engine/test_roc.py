"""Shares and intervals of AUC and balanced accuracy, against other ways to compute them."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.engine.reporting.crossed import crossed_mean
from benchmarks.engine.reporting.roc import (
    auc_interval,
    auc_shares,
    balanced_interval,
    balanced_shares,
    newcombe_variance,
    placements,
)


def draw(positives, negatives, area, repetitions, seed=0):
    """Return scores (repetitions, people) of two normal classes with this true area, and truth."""
    truth = np.arange(positives + negatives) < positives
    apart = np.sqrt(2) * stats.norm.ppf(area)
    noise = np.random.default_rng(seed).normal(size=(repetitions, len(truth)))
    return noise + apart * truth, truth


def test_the_variance_of_the_mean_share_is_delongs():
    (scores,), truth = draw(9, 21, 0.8, 1)
    found = placements(scores, truth)
    of_classes = [found[own].var() / own.sum() for own in (truth, ~truth)]
    assert auc_shares(scores, truth).var() / len(truth) == pytest.approx(sum(of_classes))


def test_the_variance_of_the_mean_balanced_share_is_that_of_two_proportions():
    (scores,), truth = draw(9, 21, 0.8, 1)
    shares = balanced_shares(stats.norm.cdf(scores), truth)
    right = (scores > 0) == truth
    rates = [(right[own].mean(), own.sum()) for own in (truth, ~truth)]
    expected = sum(rate * (1 - rate) / count / 4 for rate, count in rates)
    assert shares.var() / len(truth) == pytest.approx(expected)


def test_a_gain_in_auc_that_is_none_is_rarely_found():
    """Shares that average both classes' placements halve the error: 0.26 were found."""
    first, truth = draw(20, 20, 0.8, 1500)
    second, _ = draw(20, 20, 0.8, 1500, seed=1)
    gains = [
        auc_shares(a, truth) - auc_shares(b, truth) for a, b in zip(first, second, strict=True)
    ]
    found = crossed_mean(np.asarray(gains)[:, None, :]).p_value() <= 0.05
    assert 0.03 <= found.mean() <= 0.07


@pytest.mark.parametrize("sizes", [(6, 6), (20, 20), (10, 30)])
@pytest.mark.parametrize("area", [0.75, 0.98])
def test_the_interval_of_an_auc_covers_it(sizes, area):
    scores, truth = draw(*sizes, area, 1500)
    areas = np.array([auc_shares(row, truth).mean() for row in scores])
    low, high = auc_interval(areas[:, None], *sizes)
    assert (
        (low <= area) & (area <= high)
    ).mean() >= 0.935  # 0.95 and less than three standard errors


def test_an_end_of_the_interval_solves_newcombes_equation():
    low, high = auc_interval(np.array([0.9]), 12, 20)
    for end in (low, high):
        error = newcombe_variance(end, 12, 20) ** 0.5
        assert abs(0.9 - end) == pytest.approx(stats.norm.ppf(0.975) * error, rel=1e-4)


def test_an_auc_of_one_is_not_certain():
    low, high = auc_interval(np.ones(5), 6, 6)
    assert (low, high) == (pytest.approx(0.689, abs=1e-3), 1.0)
    assert auc_interval(np.zeros(5), 6, 6) == pytest.approx((1 - high, 1 - low))


def test_seeds_that_disagree_widen_the_interval():
    same, other = np.full(5, 0.9), np.array([0.8, 0.85, 0.9, 0.95, 1.0])
    narrow, wide = (auc_interval(seeds, 20, 20) for seeds in (same, other))
    assert narrow == auc_interval(same[:1], 20, 20)
    assert wide[0] < narrow[0]
    assert narrow[1] < wide[1]


@pytest.mark.parametrize("rates", [(0.7, 0.9), (0.97, 0.97)])
def test_the_interval_of_a_balanced_accuracy_covers_it(rates):
    truth = np.arange(24) < 12
    rights = np.random.default_rng(2).random((4000, 1, 24)) < np.where(truth, *rates)
    low, high = balanced_interval(rights.astype(float), truth)
    assert ((low <= np.mean(rates)) & (np.mean(rates) <= high)).mean() >= 0.94


def test_a_balanced_accuracy_of_one_is_not_certain():
    low, high = balanced_interval(np.ones((5, 12)), np.arange(12) < 6)
    assert low < 0.85
    assert high == 1
