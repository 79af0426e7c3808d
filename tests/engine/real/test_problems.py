"""Volumes that cannot be trusted are named by path with a remedy, all at once."""

from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
from scipy import ndimage

from benchmarks.engine.domains import load_domain
from benchmarks.engine.domains.real.chosen_cases import DataError
from tests.engine.real.conftest import SPECS
from tests.engine.real.trees import RAS, SHAPE, brain_at, nested_at, save, save_analyze

SPEC = SPECS["brats2021"]
CASE = "BraTS2021_00000/BraTS2021_00000_"


def values_of(path):
    image = nib.load(path)
    return np.asarray(image.dataobj).copy(), image.affine


def truncated(folder):
    path = folder / f"{CASE}flair.nii.gz"
    path.write_bytes(path.read_bytes()[:3000])
    return path


def no_image(folder):
    path = folder / f"{CASE}flair.nii.gz"
    path.write_bytes(b"<html>sign in</html>")
    return path


def missing_contrast(folder):
    path = folder / f"{CASE}flair.nii.gz"
    path.unlink()
    return path


def missing_labels(folder):
    (folder / f"{CASE}seg.nii.gz").unlink()
    return folder / "BraTS2021_00000"


def not_a_number(folder):
    path = folder / f"{CASE}flair.nii.gz"
    values, affine = values_of(path)
    values[3, 4, 5] = np.nan
    return save(path, values, affine)


def four_dimensions(folder):
    path = folder / f"{CASE}flair.nii.gz"
    values, affine = values_of(path)
    return save(path, np.stack([values, values], axis=-1), affine)


def nothing_shown(folder):
    return save(folder / f"{CASE}flair.nii.gz", np.zeros(SHAPE, np.float32), RAS * 1.0)


def other_shape(folder):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    return save(path, values[:-1], affine)


def other_affine(folder):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    affine[0, 3] += 4
    return save(path, values, affine)


def other_spacing(folder):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    affine[2, 2] *= 1.2
    return save(path, values, affine)


def empty_mask(folder):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    return save(path, values * 0, affine)


def label_of_2023(folder):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    values[values == 4] = 3
    return save(path, values, affine)


def blurred_labels(folder):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    return save(path, values.astype(np.float32) * 0.75, affine)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (truncated, "cannot be read"),
        (no_image, "cannot be read"),
        (missing_contrast, "contrast flair of BraTS2021_00000 is missing"),
        (missing_labels, "has no label volume, unlike others of its part"),
        (not_a_number, "1 voxels are NaN or infinite"),
        (four_dimensions, "not 3D"),
        (nothing_shown, "shows no brain"),
        (other_shape, "shape .* differs from .* between label and image"),
        (other_affine, "affine differs: corners lie up to 4.0 mm apart between label and image"),
        (other_spacing, "affine differs"),
        (empty_mask, "the mask is empty"),
        (label_of_2023, "labels 3 are outside the set 0, 1, 2, 4"),
        (blurred_labels, "labels 0.75, 1.5, 3 are outside the set"),
    ],
)
def test_it_is_refused_by_path_with_a_remedy(spoil, says, dataset, tmp_path):
    path = spoil(dataset("brats2021"))
    with pytest.raises(DataError, match=says) as refused:
        load_domain(SPEC, tmp_path)
    (problem, *_rest) = refused.value.problems
    assert problem.path == str(path)
    assert problem.subject == "BraTS2021_00000"
    assert "skip the subject" in problem.remedy
    assert "doctor --skip-bad brats2021" in str(refused.value)
    assert not (tmp_path / "domains").exists()


def relabelled(folder, change):
    path = folder / f"{CASE}seg.nii.gz"
    values, affine = values_of(path)
    return save(path, change(values.astype(np.float32)), affine)


def test_labels_that_scaling_has_rounded_are_the_whole_numbers_they_were(dataset, tmp_path):
    folder = dataset("brats2021")
    before = load_domain(SPEC, tmp_path / "before")
    relabelled(folder, lambda values: values * np.float32(0.9999))
    assert load_domain(SPEC, tmp_path / "after").digest == before.digest


def test_a_label_that_is_nearly_allowed_is_written_so_that_it_differs(dataset, tmp_path):
    relabelled(dataset("brats2021"), lambda values: np.where(values == 1, 0.9985, values))
    with pytest.raises(DataError, match=r"labels 0\.9985\d* are outside the set 0, 1, 2, 4"):
        load_domain(SPEC, tmp_path)


def smoothed(values):
    return ndimage.gaussian_filter(values.astype(np.float32), 1)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (smoothed, "which are no whole numbers; .*nearest neighbour"),
        (lambda ball: (255 * smoothed(ball)).astype(np.uint8), "shades from 0 to 254"),
        (lambda ball: ball * 0.5, "holds 0.5, which are no whole numbers"),
    ],
)
@pytest.mark.parametrize("column", ["mask", "brain"])
def test_a_mask_that_was_resampled_by_mixing_is_refused(column, spoil, says, dataset, tmp_path):
    folder = dataset("csv")
    path = folder / "volumes.csv"
    lines = path.read_text("utf-8").splitlines()
    lines = [f"{lines[0]},{column}", f"{lines[1]},mask.nii.gz", *(f"{one}," for one in lines[2:])]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    image = nib.load(folder / "volumes" / "a.nii.gz")
    ball = nested_at(SHAPE, image.affine, (1, 1, 1))
    ball = np.where(ball, 1, 0)
    for values in (ball, 255 * ball):
        save(folder / "mask.nii.gz", values.astype(np.uint8), image.affine)
        load_domain(replace(SPECS["csv"], slices=1), tmp_path)
    save(folder / "mask.nii.gz", spoil(ball), image.affine)
    region = "mask" if column == "mask" else "none"
    with pytest.raises(DataError, match=rf"mask.nii.gz: .*{says}"):
        load_domain(replace(SPECS["csv"], region=region, slices=1, subjects=1), tmp_path)


def test_all_problems_are_listed_at_once(dataset, tmp_path):
    folder = dataset("brats2021")
    truncated(folder)
    label_of_2023(folder)
    second = folder / "BraTS2021_00002" / "BraTS2021_00002_seg.nii.gz"
    save(second, nested_at(SHAPE, RAS, (7,)), values_of(second)[1])
    with pytest.raises(DataError, match="3 problems") as refused:
        load_domain(SPEC, tmp_path)
    assert {problem.subject for problem in refused.value.problems} == {
        "BraTS2021_00000",
        "BraTS2021_00002",
    }


def test_what_was_not_asked_for_does_not_stand_in_the_way(dataset, tmp_path):
    folder = dataset("brats2021")
    missing_contrast(folder)
    label_of_2023(folder)
    healthy = replace(SPEC, first_subject=1, subjects=1)
    assert load_domain(healthy, tmp_path).subjects == ("BraTS2021_00002",)
    with pytest.raises(DataError, match="labels 3"):
        load_domain(replace(SPEC, contrast="t1"), tmp_path)


def test_skipped_subjects_are_left_out_and_the_rest_goes_on(dataset, tmp_path):
    folder = dataset("brats2021")
    truncated(folder)
    (folder / "skip.txt").write_text("BraTS2021_00000  # cut short\n\n# a note\n", "utf-8")
    spec = replace(SPEC, subjects=1)
    assert load_domain(spec, tmp_path).subjects == ("BraTS2021_00002",)


def test_skipping_somebody_unknown_is_refused(dataset, tmp_path):
    folder = dataset("brats2021")
    (folder / "skip.txt").write_text("BraTS2021_99999\n", "utf-8")
    with pytest.raises(DataError, match="BraTS2021_99999 is no subject"):
        load_domain(SPEC, tmp_path)


def test_half_an_analyze_pair_is_unreadable(dataset, tmp_path):
    folder = dataset("iseg2019")
    (folder / "iSeg-2019-Training" / "subject-2-T2.img").unlink()
    with pytest.raises(DataError, match=r"subject-2-T2.hdr: is not there .*subject-2-T2.img"):
        load_domain(SPECS["iseg2019"], tmp_path)


def test_a_label_grid_that_only_names_its_axes_differently_is_fine(dataset, tmp_path):
    folder = dataset("brats2021")
    before = load_domain(SPEC, tmp_path / "before")
    path = folder / f"{CASE}seg.nii.gz"
    nib.save(nib.as_closest_canonical(nib.load(path)), tmp_path / "turned.nii.gz")
    path.write_bytes((tmp_path / "turned.nii.gz").read_bytes())
    assert load_domain(SPEC, tmp_path / "after").digest == before.digest


def test_a_field_of_view_without_brain_in_some_slices_is_refused(dataset, tmp_path):
    folder = dataset("brats2021")
    for name in ("flair", "seg"):
        path = folder / f"{CASE}{name}.nii.gz"
        values, affine = values_of(path)
        save(path, values[:, :, 6:11], affine + np.outer([0, 0, 48, 0], [0, 0, 0, 1]))
    with pytest.raises(DataError, match="slices 0, 2 of 3 show no brain"):
        load_domain(SPEC, tmp_path)


def test_an_empty_lesion_mask_is_fine_in_a_healthy_subject_only(dataset, tmp_path):
    folder = dataset("bids")
    assert load_domain(SPECS["bids"], tmp_path).subjects[0] == "sub-01"
    people = folder / "participants.tsv"
    people.write_text(people.read_text("utf-8").replace("control", "stroke"), "utf-8")
    with pytest.raises(DataError, match=r"sub-01.*label-L_mask.nii.gz: the mask is empty"):
        load_domain(SPECS["bids"], tmp_path / "again")


def test_an_empty_tissue_mask_is_refused_in_the_healthy_too(dataset, tmp_path):
    folder = dataset("iseg2019") / "iSeg-2019-Training"
    save_analyze(folder / "subject-1-label.hdr", np.zeros(SHAPE))
    with pytest.raises(DataError, match=r"subject-1-label.hdr: the mask is empty"):
        load_domain(SPECS["iseg2019"], tmp_path)


def test_two_label_volumes_of_one_kind_are_not_chosen_between(dataset, tmp_path):
    folder = dataset("bids")
    other = folder / "derivatives" / "other" / "sub-02" / "anat" / "sub-02_dseg.nii.gz"
    save(other, nested_at(SHAPE, RAS, (1,)))
    with pytest.raises(DataError, match="two label volumes of the same kind for sub-02"):
        load_domain(replace(SPECS["bids"], region="gm"), tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("subject", "person", "volumes.csv:1: column subject is missing"),
        ("70.5", "old", "volumes.csv:2: age: could not convert"),
        ("70.5", "170", "volumes.csv:2: age: .*not between 0 and 120"),
        ("volumes/a.nii.gz,a", ",a", "volumes.csv:2: path is empty"),
        ("volumes/a.nii.gz", "volumes/z.nii.gz", "z.nii.gz: is not there"),
        ("/b.nii.gz,b,AD", "/b.nii.gz,a,AD", "volumes.csv:3: subject a has a second t1"),
    ],
)
def test_a_table_s_faults_name_the_line(before, after, says, dataset, tmp_path):
    path = dataset("csv") / "volumes.csv"
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    spec = replace(SPECS["csv"], subjects=1)
    with pytest.raises(DataError, match=says):
        load_domain(spec, tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [("{", "cannot be read"), ('{"modality": {}}', "has no labels, training"), (None, "cannot be")],
)
def test_a_spoilt_description_of_the_decathlon_is_named(content, says, dataset, tmp_path):
    path = dataset("msd-brain") / "Task01_BrainTumour" / "dataset.json"
    path.unlink() if content is None else path.write_text(content, "utf-8")
    with pytest.raises(DataError, match=f"dataset.json: .*{says}"):
        load_domain(SPECS["msd-brain"], tmp_path)


def test_partitions_that_do_not_match_the_folders_are_named(dataset, tmp_path):
    folder = dataset("fets2021") / "MICCAI_FeTS2021_TrainingData"
    table = folder / "partitioning_1.csv"
    table.write_text(table.read_text("utf-8").replace("_010", "_011"), "utf-8")
    with pytest.raises(DataError, match="subject FeTS21_Training_010 has no row"):
        load_domain(SPECS["fets2021"], tmp_path)
    for path in folder.glob("*.csv"):
        path.unlink()
    with pytest.raises(DataError, match=r"neither partitioning_1.csv nor partitioning_2.csv"):
        load_domain(SPECS["fets2021"], tmp_path)


def test_an_image_without_labels_is_checked_too(dataset, tmp_path):
    folder = dataset("csv")
    values = np.where(brain_at(SHAPE, RAS) > 0, np.float32(np.inf), np.float32(0))
    save(folder / "volumes" / "a.nii.gz", values)
    with pytest.raises(DataError, match=r"a.nii.gz: .*NaN or infinite"):
        load_domain(SPECS["csv"], tmp_path)
