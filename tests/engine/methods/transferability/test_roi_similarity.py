"""Windowed SSIM against scikit-image, and why eq. 7 over a whole sparse mask says little."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from benchmarks.engine.methods.transferability.errors import ScoreError
from benchmarks.engine.methods.transferability.roi_similarity import (
    global_ssim,
    roi_similarity,
    ssim,
)


def disc(row, column, radius=4, size=64):
    y, x = np.mgrid[:size, :size]
    return ((y - row) ** 2 + (x - column) ** 2 <= radius**2).astype(float)


def test_window_by_window_equals_scikit_image():
    rng = np.random.default_rng(0)
    for _ in range(5):
        x, y = (rng.random((30, 41)) < share for share in (0.1, 0.4))
        theirs = structural_similarity(x * 1.0, y * 1.0, data_range=1.0)
        # Sums of 49 zeros and ones in another order: rounding only.
        assert ssim(x, y) == pytest.approx(theirs, abs=1e-12)


def test_paired_and_crossed_are_means_of_single_values():
    masks = np.array([disc(20, 20), disc(30, 22), disc(40, 40, 7)])
    others = masks[[1, 2, 0]]
    single = [[ssim(x, y) for y in others] for x in masks]
    paired = roi_similarity(masks, others, task="t")
    assert paired == pytest.approx(np.mean(np.diag(single)), abs=1e-12)
    crossed = roi_similarity(masks, others[:2], task="t", pairing="crossed")
    assert crossed == pytest.approx(np.mean(single, 0)[:2].mean(), abs=1e-12)


def test_equal_masks_have_similarity_1():
    assert ssim(disc(9, 9), disc(9, 9)) == pytest.approx(1, abs=1e-12)
    assert global_ssim(disc(9, 9), disc(9, 9)) == pytest.approx(1, abs=1e-12)


def test_over_the_whole_mask_place_does_not_matter_and_in_windows_it_does():
    here, beside, far = disc(20, 20), disc(20, 29), disc(50, 50)
    assert not (here * beside).any()
    assert global_ssim(here, beside) == pytest.approx(global_ssim(here, far), abs=1e-12)
    # Windows that hold a part of both have a mean brightness in common.
    assert abs(ssim(here, beside) - ssim(here, far)) > 1e-3


def test_over_the_whole_mask_only_the_areas_of_regions_that_do_not_touch_count():
    here, far = disc(20, 20, size=128), disc(90, 90, size=128)
    scattered = np.zeros(128 * 128)
    free = np.flatnonzero(here == 0)
    scattered[np.random.default_rng(0).choice(free, int(far.sum()), replace=False)] = 1
    scattered = scattered.reshape(far.shape)
    assert global_ssim(here, far) == pytest.approx(global_ssim(here, scattered), abs=1e-12)
    assert global_ssim(here, far) < 0.2
    # Like the published 0.967 to 0.987: most windows of two compact regions are empty.
    assert ssim(here, far) > 0.9 > ssim(here, scattered)


@pytest.mark.parametrize(
    ("x", "y", "options", "reason"),
    [
        ([disc(9, 9)], [disc(9, 9, size=32)], {}, "resize"),
        ([disc(9, 9)] * 2, [disc(9, 9)], {}, "use crossed"),
        ([disc(9, 9) * 0], [disc(9, 9)], {}, "no region"),
        ([disc(9, 9) * np.nan], [disc(9, 9)], {}, "NaN"),
        ([disc(9, 9) * 3], [disc(9, 9)], {}, "from 0 to 1"),
        ([disc(9, 9)], [disc(9, 9)], {"window": 65}, "window"),
        (disc(9, 9), [disc(9, 9)], {}, "masks, height, width"),
    ],
)
def test_bad_input_names_the_task(x, y, options, reason):
    with pytest.raises(ScoreError, match=f"ET-T1: .*{reason}"):
        roi_similarity(x, y, task="ET-T1", **options)
