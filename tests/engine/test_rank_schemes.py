"""Ranks under three schemes: by hand, with intervals, and where they disagree."""

import numpy as np
import pytest

from benchmarks.engine.reporting.rank_schemes import by_means, by_ranks, by_tests, rank_schemes


def test_one_outlier_reverses_mean_and_ranks():
    # A is best for four subjects of five, B for one by far.
    a, b = np.array([[0.6, 0.6, 0.6, 0.6, 0.1]]), np.array([[0.5, 0.5, 0.5, 0.5, 0.9]])
    found = rank_schemes({"a": a, "b": b})
    assert (found.ranks["mean"]["a"].rank, found.ranks["ranks"]["a"].rank) == (2, 1)
    assert found.reversed_pairs == [("a", "b")]
    assert found.disagree


def test_equal_strategies_share_the_first_rank():
    scores = np.random.default_rng(0).random((3, 12))
    found = rank_schemes({"a": scores, "b": scores.copy()}, resamples=50)
    for own in found.ranks.values():
        assert {(i.rank, i.low, i.high) for i in own.values()} == {(1, 1, 1)}
    assert not found.disagree


def test_a_clear_order_has_intervals_of_one_rank():
    base = np.random.default_rng(1).normal(0.5, 0.1, (5, 12))
    noise = np.random.default_rng(2).normal(0, 0.01, (3, 5, 12))
    found = rank_schemes({n: base + 0.2 * i + noise[i] for i, n in enumerate("cba")})
    for own in found.ranks.values():
        assert {n: (i.rank, i.low, i.high) for n, i in own.items()} == {
            "a": (1, 1, 1), "b": (2, 2, 2), "c": (3, 3, 3),
        }  # fmt: skip
    assert found.resamples == 1000


def test_what_cannot_be_told_apart_has_a_wide_interval():
    generator = np.random.default_rng(3)
    found = rank_schemes({name: generator.normal(0.5, 0.1, (5, 12)) for name in "abcd"})
    assert max(i.high - i.low for i in found.ranks["mean"].values()) >= 2


@pytest.mark.parametrize("seed", range(3))
def test_wins_are_those_of_paired_t_tests(seed):
    from scipy import stats

    scores = np.random.default_rng(seed).normal(0.5, 0.1, (5, 10)) + np.linspace(0, 0.2, 5)[:, None]
    wins = [
        sum(
            stats.ttest_rel(a, b, alternative="greater").pvalue < 0.05 for b in scores if b is not a
        )
        for a in scores
    ]
    assert list(by_tests(scores)) == list(stats.rankdata([-w for w in wins], method="min"))


def test_schemes_by_hand():
    scores = np.array([[0.9, 0.8], [0.7, 0.85], [0.1, 0.2]])
    assert list(by_means(scores)) == [1, 2, 3]
    assert list(by_ranks(scores)) == [1, 1, 3]


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="same seeds"):
        rank_schemes({"a": np.zeros((2, 3)), "b": np.zeros((2, 4))})
    with pytest.raises(ValueError, match="every score"):
        rank_schemes({"a": np.full((2, 3), np.nan), "b": np.zeros((2, 3))})
