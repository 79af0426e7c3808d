"""Domains keep intensities; their z-scores are computed in one place, after physics."""

import numpy as np
import pytest

from benchmarks.engine.domains.standardised import (
    LIMIT,
    intensities,
    standardised,
    standardised_subjects,
)

BRAIN = np.zeros((2, 8, 8), dtype=np.bool_)
BRAIN[:, 2:6, 2:6] = True


def stored(low, high):
    values = np.random.default_rng(0).uniform(low, high, BRAIN.shape).astype(np.float32)
    return np.where(BRAIN, values, 0)


@pytest.mark.parametrize(("low", "high"), [(100, 900), (-3, 3), (-900, -100), (0, 0)])
def test_whatever_is_stored_intensities_are_positive_in_the_brain_alone(low, high):
    images = intensities(stored(low, high), BRAIN)
    assert np.array_equal(images > 0, BRAIN)
    assert np.isfinite(images).all()
    if low < high:
        assert images[BRAIN].mean() == pytest.approx(1.0, abs=1e-4)


def test_positive_intensities_are_scaled_and_never_moved():
    values = stored(100, 900)
    images = intensities(values, BRAIN)
    assert np.allclose(images[BRAIN] * values[BRAIN].mean(), values[BRAIN], rtol=1e-5)


def test_z_scores_are_over_the_brain_of_one_subject():
    people = np.stack([intensities(stored(100, 900), BRAIN), intensities(stored(5, 6), BRAIN)])
    for scores in standardised_subjects(people):
        assert scores[BRAIN].mean() == pytest.approx(0.0, abs=1e-5)
        assert scores[BRAIN].std() == pytest.approx(1.0, abs=1e-4)
        assert not scores[~BRAIN].any()


def test_outliers_are_cut_and_an_empty_image_stays_empty():
    values = stored(100, 101)
    values[0, 3, 3] = 1e6
    assert standardised(intensities(values, BRAIN)).max() <= LIMIT
    assert not standardised(np.zeros((2, 4, 4), dtype=np.float32)).any()
