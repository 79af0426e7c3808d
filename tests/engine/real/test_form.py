"""Orientation, spacing and brain: the same head gives the same slices however it is stored."""

from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from benchmarks.engine.domains import load_domain
from benchmarks.engine.domains.real.foreground import foreground
from benchmarks.engine.domains.real.volumes import Grid
from benchmarks.engine.domains.simulated import slice_gap_mm
from tests.engine.real.conftest import SPECS, needs_reader
from tests.engine.real.trees import (
    CONTRAST_OF,
    RAS,
    SHAPE,
    brain_at,
    flair_grid,
    glioma_case,
    head_at,
    save,
    table,
)

SPEC = replace(SPECS["brats2021"], subjects=1, slices=5)


def grid(codes, zooms):
    """Return (shape, affine) of a field of view about the brain, stored along those axes."""
    size = np.array([208.0, 232.0, 168.0])
    axes = nib.orientations.axcodes2ornt(codes)
    order = axes[:, 0].astype(int)
    shape = tuple(np.ceil(size[order] / zooms).astype(int))
    affine = np.eye(4)
    affine[:3, :3] = 0
    affine[order, range(3)] = axes[:, 1] * zooms
    affine[:3, 3] = np.array([4.0, -3.0, -4.0]) - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return shape, affine


def domain_of(root, cache, shape, affine):
    needs_reader("brats2021")
    case = root / "brats2021" / "BraTS2021_00000"
    glioma_case(case, "_", {n: n for n in CONTRAST_OF}, (1, 4, 2), affine, shape)
    return load_domain(SPEC, cache)


def test_the_front_is_the_first_row_and_the_right_the_first_column(datasets, tmp_path):
    domain = domain_of(datasets, tmp_path, SHAPE, RAS)
    image, label = domain.images[0, 2], domain.labels[0, 2]
    rows, columns = np.nonzero(image)
    assert image[16, columns.min() + 2] > image[16, columns.max() - 2]
    assert image[rows.min() + 2, 16] > image[rows.max() - 2, 16]
    at_row, at_column = np.argwhere(label).mean(axis=0)
    assert at_row > 16  # the ball lies behind
    assert at_column < 15  # and to the right
    inside = [one[one != 0].mean() for one in domain.images[0]]
    assert inside[-1] > inside[0]  # brighter upwards


@pytest.mark.parametrize(
    ("codes", "zooms"),
    [
        ("LPS", (6.0, 6.0, 6.0)),
        ("LAS", (6.0, 6.0, 6.0)),
        ("PSR", (6.0, 6.0, 6.0)),
        ("SLA", (6.0, 6.0, 6.0)),
        ("RPI", (4.0, 6.0, 8.0)),
    ],
)
def test_axes_and_voxel_sizes_of_the_file_make_no_difference(codes, zooms, datasets, tmp_path):
    straight = domain_of(datasets, tmp_path / "one", *grid("RAS", (6.0, 6.0, 6.0)))
    stored = domain_of(datasets, tmp_path / "two", *grid(codes, zooms))
    both = (straight.images != 0) & (stored.images != 0)
    assert both.sum() > 0.95 * (straight.images != 0).sum()
    assert np.corrcoef(straight.images[both], stored.images[both])[0, 1] > 0.99
    overlap = 2 * (straight.labels & stored.labels).sum()
    assert overlap / (straight.labels.sum() + stored.labels.sum()) > 0.9


def test_spacing_is_true_in_the_plane_and_between_slices(datasets, tmp_path):
    domain = domain_of(datasets, tmp_path, *grid("LPS", (4.0, 6.0, 5.0)))
    rows, columns = np.nonzero(domain.images[0, 2])
    assert abs(np.ptp(rows) * 6.0 - 2 * 82) < 18
    assert abs(np.ptp(columns) * 6.0 - 2 * 66) < 18
    assert domain.spacing == (slice_gap_mm(5), 6.0, 6.0)


def test_slices_do_not_move_with_the_labels(datasets, tmp_path):
    shape, affine = grid("LPS", (6.0, 6.0, 6.0))
    before = domain_of(datasets, tmp_path / "one", shape, affine)
    labels = np.zeros(shape, dtype=np.int16)
    labels[8:14, 8:14, 18:22] = 2
    path = datasets / "brats2021" / "BraTS2021_00000" / "BraTS2021_00000_seg.nii.gz"
    save(path, labels, affine)
    after = load_domain(SPEC, tmp_path / "two")
    assert np.array_equal(before.images, after.images)
    assert not np.array_equal(before.labels, after.labels)


def test_a_skull_is_told_from_none():
    shape, affine = flair_grid()
    brain, has_skull = foreground(Grid(Path("a"), brain_at(shape, affine), affine))
    assert not has_skull
    assert np.array_equal(brain, brain_at(shape, affine) != 0)
    head, has_skull = foreground(Grid(Path("b"), head_at(shape, affine), affine))
    assert has_skull
    assert head.sum() > 1.3 * brain.sum()
    assert (head & brain).sum() == brain.sum()


def test_blank_air_about_a_head_with_a_neck_does_not_make_it_a_brain():
    values = np.zeros((30, 30, 30), dtype=np.float32)
    values[8:22, 6:24, 2:28] = 50
    head, has_skull = foreground(Grid(Path("a"), values, RAS))
    assert has_skull
    assert head.sum() == (values > 0).sum()
    assert not foreground(Grid(Path("a"), values, RAS), is_stripped=True)[1]


@pytest.mark.parametrize("offset", [-1024, -50, 1024])
def test_an_offset_of_all_intensities_moves_neither_brain_nor_head(offset):
    shape, affine = flair_grid()
    for values in (brain_at(shape, affine), 10 * head_at(shape, affine)):
        before, has_skull = foreground(Grid(Path("a"), values, affine))
        shifted = Grid(Path("a"), values + np.float32(offset), affine)
        after, still_has_skull = foreground(shifted)
        assert np.array_equal(before, after)
        assert has_skull == still_has_skull


def test_a_round_field_of_view_is_not_taken_for_the_head():
    shape, affine = flair_grid()
    air_and_head = 10 * head_at(shape, affine) - 1000
    x, y = np.meshgrid(*(np.linspace(-1, 1, size) for size in shape[:2]), indexing="ij")
    values = np.where((x**2 + y**2 < 1)[..., None], air_and_head, -2000).astype(np.float32)
    head, has_skull = foreground(Grid(Path("a"), values, affine))
    expected, _ = foreground(Grid(Path("b"), air_and_head.astype(np.float32), affine))
    assert has_skull
    assert np.array_equal(head, expected)
    assert expected.sum() == (air_and_head > -500).sum()


def test_dark_fluid_within_the_head_belongs_to_it():
    shape, affine = flair_grid()
    values = head_at(shape, affine)
    values[17:21, 19:23, 8:12] = 1
    head, _has_skull = foreground(Grid(Path("a"), values, affine))
    assert head[17:21, 19:23, 8:12].all()


def test_a_brain_mask_beside_the_labels_takes_the_skull_off(dataset, tmp_path):
    folder = dataset("wmh2017")
    spec = replace(SPECS["wmh2017"], site="ge3t", subjects=1)
    with_skull = load_domain(spec, tmp_path)
    shape, affine = flair_grid()
    brain = (brain_at(shape, affine) > 0).astype(np.uint8)
    save(folder / "training/Amsterdam/GE3T/100/brain.nii.gz", brain, affine)
    without = load_domain(spec, tmp_path)
    assert (without.images != 0).sum() < 0.9 * (with_skull.images != 0).sum()
    assert without.digest != with_skull.digest


def test_a_segmentation_with_its_own_table_of_names(dataset, tmp_path):
    folder = dataset("bids")
    names = [(0, "Background", "BG"), (1, "Ventricles", "V"), (2, "Cortex", "CX"), (3, "Core", "C")]
    rows = [{"index": i, "name": n, "abbreviation": a} for i, n, a in names]
    table(folder / "derivatives" / "manual" / "dseg.tsv", rows, delimiter="\t")
    domain = load_domain(replace(SPECS["bids"], region="cx"), tmp_path)
    assert domain.labels.any()
