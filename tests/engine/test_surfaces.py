"""HD95 and NSD against closed forms on voxels, and against an independent tool."""

import math

import numpy as np
import pytest
import torch
from monai.metrics import compute_hausdorff_distance

from benchmarks.engine.tasks.metrics import segmentation_scores
from benchmarks.engine.tasks.surfaces import free_areas, surface_distances, tolerance_mm

SPACING = (5.0, 2.0, 1.0)


def box(*ranges):
    mask = np.zeros((12, 20, 24), dtype=bool)
    mask[tuple(slice(*bounds) for bounds in ranges)] = True
    return mask


def test_the_free_area_of_a_cuboid_is_its_surface():
    # 2 x 3 x 4 voxels of 5 x 2 x 1 mm: a cuboid of 10 x 6 x 4 mm.
    areas = free_areas(box((1, 3), (2, 5), (3, 7)), SPACING)
    assert areas.sum() == pytest.approx(2 * (10 * 6 + 10 * 4 + 6 * 4))


def test_a_region_at_the_volumes_edge_has_a_surface_there():
    whole = np.ones((3, 3, 3), dtype=bool)
    assert free_areas(whole, (1.0, 1.0, 1.0)).sum() == 6 * 9


@pytest.mark.parametrize(
    ("axis", "steps"), [(0, 1), (0, 2), (1, 1), (1, 4), (2, 1), (2, 7)], ids=str
)
def test_parallel_plates_are_their_distance_apart(axis, steps):
    ranges = [(0, 12), (0, 20), (0, 24)]
    here, there = list(ranges), list(ranges)
    here[axis], there[axis] = (3, 4), (3 + steps, 4 + steps)
    found = surface_distances(box(*here), box(*there), SPACING)
    gap = steps * SPACING[axis]
    assert found.hd95() == pytest.approx(gap)
    assert found.nsd(gap) == 1.0
    assert found.nsd(gap - 1e-6) == 0.0


@pytest.mark.parametrize(("inner", "outer"), [(1, 2), (1, 4), (2, 3), (3, 5)])
def test_concentric_cubes_have_a_closed_form(inner, outer):
    centre = 6
    grid = np.abs(np.indices((13, 13, 13)) - centre)
    small, large = (grid.max(axis=0) <= half for half in (inner, outer))
    found = surface_distances(small, large, (1.0, 1.0, 1.0))
    # A voxel (x, y, z) of the large surface is sqrt(sum max(|x| - a, 0)^2) from the small cube.
    surface = grid[:, grid.max(axis=0) == outer]
    outwards = np.sqrt((np.maximum(surface - inner, 0) ** 2).sum(axis=0))
    assert found.hd95() == pytest.approx(max(np.percentile(outwards, 95), outer - inner))
    # Within b - a are the small surface, and of the large one what faces the small cube squarely.
    sides = (2 * inner + 1) ** 2, (2 * outer + 1) ** 2
    assert found.nsd(outer - inner) == pytest.approx(2 * sides[0] / sum(sides))


@pytest.mark.parametrize("seed", range(4))
def test_hd95_agrees_with_monai_and_nsd_with_all_pairs(seed):
    generator = np.random.default_rng(seed)
    masks = [generator.random((5, 9, 8)) > share for share in (0.6, 0.8)]
    found = surface_distances(*masks, SPACING)
    theirs = compute_hausdorff_distance(
        *(torch.from_numpy(mask)[None, None].float() for mask in masks),
        include_background=True,
        percentile=95,
        spacing=list(SPACING),
    )
    assert found.hd95() == pytest.approx(float(theirs), rel=1e-5)
    areas = [free_areas(mask, SPACING) for mask in masks]
    places = [np.argwhere(area > 0) * SPACING for area in areas]
    gaps = np.linalg.norm(places[0][:, None] - places[1][None], axis=2)
    weights = [area[area > 0] for area in areas]
    within = sum(
        (weight * (gaps.min(axis=axis) <= 2.0)).sum()
        for axis, weight in zip((1, 0), weights, strict=True)
    )
    assert found.nsd(2.0) == pytest.approx(within / sum(weight.sum() for weight in weights))


def test_an_empty_region_has_no_distances():
    with pytest.raises(ValueError, match="no surface"):
        surface_distances(box(), np.zeros((12, 20, 24), dtype=bool), SPACING)


def test_empty_references_are_left_out_and_empty_predictions_are_worst():
    nothing = torch.zeros(3, 8, 8, dtype=torch.bool)
    region = nothing.clone()
    region[1, 2:4, 2:4] = True
    spacing = (4.0, 1.0, 1.0)
    assert segmentation_scores(nothing, nothing, spacing) == {
        "dice": 1.0, "nsd": None, "hd95": None,
    }  # fmt: skip
    assert segmentation_scores(region, nothing, spacing) == {
        "dice": 0.0, "nsd": None, "hd95": None,
    }  # fmt: skip
    assert segmentation_scores(nothing, region, spacing) == {
        "dice": 0.0, "nsd": 0.0, "hd95": pytest.approx(math.sqrt(12**2 + 8**2 + 8**2)),
    }  # fmt: skip


def test_the_tolerance_is_one_voxels_side_but_at_least_a_millimetre():
    assert tolerance_mm((12.0, 3.0, 3.0)) == 3.0
    assert tolerance_mm((1.0, 0.5, 0.5)) == 1.0
