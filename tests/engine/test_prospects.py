"""The probability that a measured gain is none, and the people that would settle it."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.engine.reporting.crossed import crossed_mean
from benchmarks.engine.reporting.prospects import prospects


def test_it_is_half_of_the_two_sided_p_value():
    gains = np.random.default_rng(0).normal(0.01, 0.05, (5, 12))
    assert prospects(gains).false_claim == pytest.approx(float(crossed_mean(gains).p_value()) / 2)


def test_people_needed_are_those_of_a_z_test_where_only_people_differ():
    people = np.random.default_rng(1).normal(0, 1, 40)
    people = (people - people.mean()) / people.std(ddof=1)
    gains = np.tile(0.2 + 0.5 * people, (6, 1))
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert prospects(gains).people_needed == int(np.ceil((reach * 0.5 / 0.2) ** 2))


def test_no_number_of_people_makes_up_for_seeds_that_differ():
    seeds = np.random.default_rng(2).normal(0, 1, (5, 1))
    gains = 0.05 + seeds - seeds.mean() + np.random.default_rng(3).normal(0, 0.01, (5, 12))
    assert prospects(gains).people_needed is None


def test_nothing_and_certainty():
    assert prospects(np.zeros((3, 4))).false_claim == 0.5
    assert prospects(np.full((3, 4), 0.25)).false_claim == 0.0
    assert prospects(np.ones((1, 4))) is None
