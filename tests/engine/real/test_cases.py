"""Volumes and tables as they come in the wild: read as they are meant, or refused in words."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.engine.domains.real.case import Case, Mask, Volume
from benchmarks.engine.domains.real.checks import Examination, examine
from benchmarks.engine.domains.real.describe import check_dataset
from benchmarks.engine.domains.real.holding import holding_of
from tests.engine.real.conftest import needs_reader
from tests.engine.real.trees import SHAPE, brain_at, save

DATA = Path(__file__).parent / "data"


def examined(image="image.nii.gz", label="label.nii.gz"):
    """Return the pair's voxels, or what is wrong with it."""
    masks = {"mask": Mask(DATA / label)}
    return examine(
        Case("s1", "", "all", "", "all", {"t1": Volume(DATA / image)}, masks), "t1", "mask"
    )


def checked(world):
    return check_dataset(world, lambda *_: None)


@pytest.fixture
def bids(dataset, datasets):
    """Return a BIDS folder of sub-01 and sub-02, to be given a table."""

    def put(table):
        needs_reader("bids")
        folder = datasets / "bids"
        for name in ("sub-01", "sub-02"):
            image = brain_at(SHAPE, np.diag([8.0, 8, 8, 1]))
            save(folder / name / "anat" / f"{name}_T1w.nii.gz", image)
        (folder / "dataset_description.json").write_text("{}", "utf-8")
        shutil.copy(DATA / table, folder / "participants.tsv")
        return folder

    return put


def ages_and_illness(world="bids"):
    return {case.subject: (case.age, case.is_ill) for case in holding_of(world).cases}


@pytest.mark.parametrize(
    "label",
    [
        "label.nii.gz",
        "label_float_nearly_1.nii.gz",
        "label_scl_slope.nii.gz",
        "label_slope_0.nii.gz",
        "label_4d_singleton.nii.gz",
        "label_5d_vector.nii.gz",
        "label_las_flipped_data.nii.gz",
    ],
)
def test_labels_that_say_the_same_in_another_way_are_the_same_voxels(label):
    straight, found = examined(), examined(label=label)
    assert isinstance(found, Examination)
    assert found.inside.sum() == 27
    assert np.array_equal(found.inside, straight.inside)


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("label_not_gz.nii.gz", "not compressed although its name ends in .gz; rename it to .nii"),
        ("label_qform_left_right.nii.gz", r"qform \(axes LAS\) and sform \(axes RAS\) contradict"),
        ("label_oblique.nii.gz", "affine differs: .* between label and image"),
        ("empty.nii.gz", "is empty"),
        ("subject-1-label.hdr", "is not there .*subject-1-label.img"),
    ],
)
def test_labels_that_cannot_be_trusted_are_refused_by_path(label, says):
    (problem,) = examined(label=label)
    assert problem.path.endswith(label)
    assert problem.concerns == "labels"
    _assert_says(problem, says)


@pytest.mark.parametrize(
    ("image", "says"),
    [
        ("image_truncated.nii.gz", "cut short"),
        ("image_nan_outside.nii.gz", "3184 voxels are NaN or infinite; set them to 0"),
        ("image_complex.nii.gz", "complex numbers .*; save the magnitude"),
        ("image_zero_thickness.nii.gz", "voxels of 2 x 2 x 0 mm"),
        ("empty.nii.gz", "is empty"),
        ("apple_double.nii.gz", "not compressed"),
    ],
)
def test_images_that_cannot_be_trusted_are_refused_by_path(image, says):
    (problem,) = examined(image=image)
    assert problem.path.endswith(image)
    _assert_says(problem, says)


def test_an_offset_of_the_intensities_moves_no_brain():
    shifted, straight = examined(image="image_minus_1000.nii.gz"), examined()
    assert np.array_equal(shifted.brain, straight.brain)
    assert straight.brain.sum() == (straight.image.values > 0).sum()


def test_participants_without_prefix_keep_age_and_group(bids):
    bids("participants_no_prefix.tsv")
    assert ages_and_illness() == {"sub-01": (30.0, True), "sub-02": (40.0, False)}
    assert checked("bids")["problems"] == []


@pytest.mark.parametrize("session", ["1", "01"])
def test_participants_with_a_row_a_session_have_the_age_of_each(session, bids):
    folder = bids("participants_long.tsv")
    shutil.move(folder / "sub-01" / "anat", folder / "sub-01" / f"ses-{session}" / "anat")
    second = brain_at(SHAPE, np.diag([8.0, 8, 8, 1]))
    save(folder / "sub-01" / "ses-2" / "anat" / "sub-01_ses-2_T1w.nii.gz", second)
    ages = {(c.subject, c.session): c.age for c in holding_of("bids").cases}
    assert ages["sub-01", session] == 30
    assert ages["sub-01", "2"] == 36


def test_participants_whose_session_nobody_names_have_no_age_at_random(bids):
    bids("participants_long.tsv")
    (problem,) = holding_of("bids").problems
    assert problem.path.endswith("participants.tsv:3")
    assert "sub-01 has a second line that contradicts the first" in problem.what
    assert np.isnan(ages_and_illness()["sub-01"][0])


def test_who_has_no_row_and_who_has_no_folder_is_said_and_the_rest_is_read(bids):
    bids("participants_missing_row.tsv")
    report = checked("bids")
    assert report["problems"] == []
    (nobody, without) = report["notes"]
    assert "participants.tsv:3: sub-99 has a line, but no images" in nobody
    assert "sub-02 has no line: its age and group are unknown" in without
    ages = ages_and_illness()
    assert ages["sub-01"][0] == 30
    assert np.isnan(ages["sub-02"][0])


def test_a_table_parted_by_semicolons_is_read(datasets):
    needs_reader("csv")
    (datasets / "csv").mkdir()
    for name in ("image.nii.gz", "label.nii.gz"):
        shutil.copy(DATA / name, datasets / "csv" / name)
    shutil.copy(DATA / "volumes_semicolon.csv", datasets / "csv" / "volumes.csv")
    report = checked("csv")
    assert (report["subjects"], report["problems"]) == (1, [])


def test_a_byte_order_mark_is_no_part_of_a_skipped_subject_s_name(datasets):
    needs_reader("csv")
    (datasets / "csv").mkdir()
    shutil.copy(DATA / "image.nii.gz", datasets / "csv")
    (datasets / "csv" / "volumes.csv").write_text("path,subject\nimage.nii.gz,s1\n", "utf-8")
    shutil.copy(DATA / "skip_bom.txt", datasets / "csv" / "skip.txt")
    held = holding_of("csv")
    assert held.skipped == {"s1"}
    assert (held.cases, held.problems) == ((), ())


def test_a_decathlon_description_of_the_wrong_form_says_what_it_must_be(datasets):
    needs_reader("msd-brain")
    task = datasets / "msd-brain" / "Task01_BrainTumour"
    task.mkdir(parents=True)
    shutil.copy(DATA / "dataset_lists.json", task / "dataset.json")
    (problem,) = checked("msd-brain")["problems"]
    assert "dataset.json: modality must be an object from number to name" in problem


def test_what_macos_writes_beside_a_volume_is_nobody_s(bids):
    folder = bids("participants_no_prefix.tsv")
    before = checked("bids")
    for name in ("._sub-01_T1w.nii.gz", ".DS_Store", "Thumbs.db"):
        shutil.copy(DATA / "apple_double.nii.gz", folder / "sub-01" / "anat" / name)
    shutil.copytree(folder / "sub-01", folder / "__MACOSX" / "sub-01")
    assert checked("bids") == before
    assert before["subjects"] == 2


def _assert_says(problem, says):
    assert re.search(says, str(problem)), str(problem)
