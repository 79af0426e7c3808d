"""Average ranks and when they differ."""

import pytest

from benchmarks.engine.reporting.ranking import rank_strategies
from benchmarks.engine.steps.comparison.rank import by_strategy


def test_ranks_by_hand_with_a_tie():
    ranking = rank_strategies({"a": [0.9, 0.8], "b": [0.7, 0.8], "c": [0.1, 0.2]})
    assert ranking.average_ranks == {"a": 1.25, "b": 1.75, "c": 3.0}


def test_the_critical_difference_is_demsars():
    # Demsar 2006, section 3.2.5: 4 classifiers on 14 data sets, q_0.05 = 2.569, CD = 1.25.
    ranking = rank_strategies({name: [i + j for j in range(14)] for i, name in enumerate("abcd")})
    assert ranking.critical_difference == pytest.approx(1.25, abs=0.005)
    assert ranking.friedman_p < 0.001


def test_too_few_blocks_are_not_tested():
    ranking = rank_strategies({"a": [0.9], "b": [0.7], "c": [0.1]})
    assert ranking.average_ranks == {"a": 1.0, "b": 2.0, "c": 3.0}
    assert ranking.critical_difference is None


def test_nested_label_counts_are_one_block():
    """Labelled people of a smaller number are among those of a larger one: no new evidence."""
    found = {
        "tissue": {"a": {2: 0.6, 8: 0.8}, "b": {2: 0.5, 8: 0.7}, "oracle": {12: 0.9}},
        "tumour": {"a": {2: 0.4, 8: 0.6}, "b": {8: 0.9}},
    }
    means = by_strategy(found)
    assert means["a"] == pytest.approx({"tissue": 0.7, "tumour": 0.5})
    assert means["b"] == pytest.approx({"tissue": 0.6})  # 0.9 at 8 alone is no mean over both
    assert means["oracle"] == {}
