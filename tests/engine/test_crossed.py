"""Means over crossed seeds and people: known answers, and error rates by simulation."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.engine.reporting.crossed import crossed_mean, mean_squares

BY_HAND = np.array([[1.0, 2.0, 4.0], [3.0, 2.0, 6.0]])


def tables(seeds, people, components, repetitions=4000, seed=0):
    """Return tables of mean zero with components of seeds, people and the rest."""
    draw = np.random.default_rng(seed).normal
    of_seeds, of_people, rest = np.sqrt(components)
    return (
        of_seeds * draw(size=(repetitions, seeds, 1))
        + of_people * draw(size=(repetitions, 1, people))
        + rest * draw(size=(repetitions, seeds, people))
    )


def test_mean_squares_by_hand():
    # Seed means 7/3 and 11/3, person means 2, 2, 5, mean 3; the rest is +-1/3, +-2/3, +-1/3.
    squares = mean_squares(BY_HAND)
    assert squares.seeds == pytest.approx(3 * 8 / 9)
    assert squares.people == pytest.approx(2 * 3)
    assert squares.rest == pytest.approx(2 / 3)


def test_the_error_and_its_degrees_of_freedom_by_hand():
    found = crossed_mean(BY_HAND)
    seeds, people, rest = 8 / 3, 6.0, 2 / 3
    total = seeds + people - rest
    assert found.mean == pytest.approx(3.0)
    assert found.standard_error == pytest.approx(np.sqrt(total / 6))
    freedom = total**2 / (seeds**2 / 1 + people**2 / 2 + rest**2 / 2)
    assert found.degrees_of_freedom == pytest.approx(freedom)


def test_components_below_zero_leave_the_rest_and_its_degrees_of_freedom():
    crossed = crossed_mean(np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]]))
    assert crossed.standard_error == pytest.approx(np.sqrt(2 / 6))  # MS_rest = 4 / 2
    assert crossed.degrees_of_freedom == 2


def test_one_seed_gives_the_t_over_people():
    scores = np.array([[0.2, 0.5, 0.1, 0.4]])
    found = crossed_mean(scores)
    expected = stats.ttest_1samp(scores[0], 0)
    low, high = found.interval()
    assert found.p_value() == pytest.approx(expected.pvalue)
    assert (low, high) == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_a_gain_that_is_always_the_same_is_certain_and_none_at_all_is_nothing():
    assert crossed_mean(np.full((5, 12), 0.25)).p_value() == 0
    assert crossed_mean(np.zeros((5, 12))).p_value() == 1


def test_a_single_score_is_refused():
    with pytest.raises(ValueError, match="no spread"):
        crossed_mean(np.array([[0.5]]))


def test_the_p_value_and_the_interval_agree():
    found = crossed_mean(tables(5, 12, (0.3, 1.0, 1.0), 500))
    low, high = found.interval()
    assert np.array_equal(found.p_value() <= 0.05, (low > 0) | (high < 0))


@pytest.mark.parametrize("seeds", [5, 10])
@pytest.mark.parametrize(
    "components", [(0, 0, 1), (0, 1, 1), (0.1, 1, 1), (0.3, 0.5, 1), (1, 0, 1), (1, 1, 0.1)]
)
def test_no_gain_is_found_at_most_about_as_often_as_the_level_says(seeds, components):
    p_values = crossed_mean(tables(seeds, 12, components)).p_value()
    assert (p_values <= 0.05).mean() <= 0.06  # 4,000 tables: 0.05 and three standard errors


def test_the_detectable_gain_is_found_as_often_as_promised():
    scores = tables(10, 12, (0.05, 0.5, 1.0))
    size = float(np.median(crossed_mean(scores).detectable(0.05)))
    found = (crossed_mean(scores + size).p_value() <= 0.05).mean()
    assert 0.76 <= found <= 0.86
