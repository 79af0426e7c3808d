"""Spearman's footrule: distance between orders, ties, what chance gives."""

from itertools import permutations
from statistics import mean

import pytest

from reviewdb.common.footrule import chance_footrule, footrule, orders, tied, top_footrule


def test_equal_rankings_are_no_steps_apart() -> None:
    assert footrule([1, 2, 3], [1, 2, 3]) == 0
    assert footrule([1, 2, 3], [3, 2, 1]) == 4


def test_rankings_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        footrule([1, 2, 3], [1, 2])


def test_a_higher_score_comes_first_and_ties_are_named_as_listed() -> None:
    scores = {"a": 0.1, "b": 0.7, "c": 0.1, "d": 0.3}
    assert tied(scores) == [("b",), ("d",), ("a", "c")]
    assert list(orders(scores)) == [("b", "d", "a", "c"), ("b", "d", "c", "a")]


def test_many_equal_scores_end_at_once_in_the_listed_order() -> None:
    names = [f"source {number}" for number in range(16)]
    assert list(orders(dict.fromkeys(names, 0.0))) == [tuple(names)]


def test_picks_are_compared_with_their_places_among_all() -> None:
    truth = ("a", "b", "c", "d")
    assert top_footrule(truth, ("d", "a"), 1) == 3
    assert top_footrule(truth, ("d", "a"), 2) == 4
    assert top_footrule(truth, ("d", "a"), 4) == 4


@pytest.mark.parametrize("top", [1, 2, 5])
def test_chance_is_the_mean_over_all_orders(top: int) -> None:
    truth = ("a", "b", "c", "d", "e")
    values = [top_footrule(truth, order, top) for order in permutations(truth)]
    assert chance_footrule(5, top) == pytest.approx(mean(values))
