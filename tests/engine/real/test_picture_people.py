"""Images become people: by folder, table, DICOM patient, and by near copies."""

import shutil

import numpy as np
import pytest

from benchmarks.engine.domains import DomainError, load_domain
from benchmarks.engine.domains.real.chosen_cases import DataError
from benchmarks.engine.domains.real.describe import check_dataset
from benchmarks.engine.domains.real.holding import holding_of
from tests.engine.real.conftest import SPECS, needs_reader
from tests.engine.real.test_picture_files import dicom
from tests.engine.real.trees import drawing, picture, table


@pytest.fixture
def folder(datasets):
    needs_reader("pictures")
    return datasets / "pictures"


def names(world="pictures"):
    return sorted(case.subject for case in holding_of(world).cases)


def notes(world="pictures"):
    return [str(note) for note in holding_of(world).notes]


def test_a_folder_below_the_class_is_a_person(dataset):
    dataset("pictures")
    held = holding_of("pictures")
    assert names() == ["p1", "p2", "p3"]
    assert {case.subject: case.is_ill for case in held.cases} == {
        "p1": False, "p2": True, "p3": True,
    }  # fmt: skip
    assert {case.site for case in held.cases} == {"all"}
    assert len(held.cases[0].images["t1"].files) == 2


def test_a_folder_above_the_classes_is_a_site(folder):
    for number, place in enumerate(("source/notumor", "source/glioma", "target/no_tumor")):
        picture(folder / place / f"{number}.png", drawing(number))
    assert {case.subject: (case.site, case.is_ill) for case in holding_of("pictures").cases} == {
        "source/notumor/0": ("source", False),
        "source/glioma/1": ("source", True),
        "target/no_tumor/2": ("target", False),
    }


def test_without_a_healthy_class_the_folders_are_refused_with_its_names(folder):
    picture(folder / "glioma" / "a.png", drawing(1))
    problem = str(holding_of("pictures").problems[0])
    assert "no folder of a class without disease" in problem
    assert "name it no, normal, healthy or control" in problem


def test_near_copies_in_two_classes_sites_and_names_are_one_person_at_one_place(folder):
    picture(folder / "source" / "no" / "a.png", drawing(1))
    picture(folder / "source" / "yes" / "z.png", drawing(3))
    picture(folder / "target" / "no" / "b.jpg", drawing(1), quality=60)
    picture(folder / "target" / "no" / "c.jpg", drawing(1), quality=90)
    picture(folder / "target" / "yes" / "d.png", drawing(2))
    held = holding_of("pictures")
    assert names() == ["source/yes/z", "target/no/b", "target/yes/d"]
    (one,) = [case for case in held.cases if case.subject == "target/no/b"]
    assert (one.site, len(one.images["t1"].files)) == ("target", 2)
    assert held.near_copies == 2
    assert held.problems == ()
    assert any("(3 names) count as one person" in note for note in notes())
    assert any("1 of its images are left out, since they are at source" in n for n in notes())


def test_images_without_a_person_say_so(folder):
    for number, name in enumerate(("no/a.png", "yes/b.png")):
        picture(folder / name, drawing(number))
    assert any("nothing names the person of 2 images" in note for note in notes())


def test_a_dicom_patient_is_a_person_and_the_number_is_not_shown(folder):
    for number, name in enumerate(("no/IM1", "no/IM2")):  # as scanners name files
        (folder / "no").mkdir(parents=True, exist_ok=True)
        dicom(folder / name, drawing(number), PatientID="0815")
    picture(folder / "yes" / "b.png", drawing(3))
    (person,) = [name for name in names() if name.startswith("patient-")]
    assert "0815" not in person
    assert len(names()) == 2


def test_a_bad_file_is_a_problem_of_its_own_and_the_others_are_read(dataset):
    folder = dataset("pictures")
    picture(folder / "yes" / "p4" / "a.png", drawing(9))
    (folder / "yes" / "p4" / "b.png").write_text("no image")
    (folder / "yes" / "p2" / "b.png").write_bytes(b"")
    report = check_dataset("pictures", lambda *_: None)
    assert report["subjects"] == 4
    assert len(report["problems"]) == 2
    assert all("is no PNG, JPEG, TIFF or DICOM image; save it" in p for p in report["problems"])
    skipped = check_dataset("pictures", lambda *_: None, is_skipping=True)
    assert skipped["newly_skipped"] == ["p2", "p4"]
    assert names() == ["p1", "p3"]


def test_a_person_with_a_bad_file_is_refused_until_skipped(dataset, tmp_path):
    folder = dataset("pictures")
    (folder / "no" / "p1" / "c.png").write_text("no image")
    with pytest.raises(DataError, match=r"c\.png: is no PNG.*or skip the subject"):
        load_domain(SPECS["pictures"], tmp_path)


def test_a_table_names_person_site_and_mask(dataset, tmp_path):
    needs_reader("pictures-csv")
    dataset("pictures-csv")
    domain = load_domain(SPECS["pictures-csv"], tmp_path)
    assert domain.pathology.tolist() == [0, 1]
    assert domain.ages.tolist() == [40, 40]
    for image, label in zip(domain.images, domain.labels, strict=True):
        inside = image[label == 1]
        assert 0.02 < label.mean() < 0.6
        assert inside.size
    assert np.array_equal(domain.images[0][0], domain.images[0][1])  # one image, three slices


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("c.png,e,glioma,Site One,40,\n", "line 4 already; remove one of the lines"),
        (",e,glioma,Site One,40,\n", "file is empty; fill it in"),
        ("d.png,e,glioma,Site One,old,\n", "age: could not convert 'old'"),
        ("nowhere.png,e,glioma,Site One,40,\n", "nowhere.png: is not there"),
    ],
)
def test_a_wrong_line_is_named(row, says, dataset):
    needs_reader("pictures-csv")
    folder = dataset("pictures-csv")
    picture(folder / "d.png", drawing(20))
    with (folder / "images.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    problems = [str(problem) for problem in holding_of("pictures-csv").problems]
    assert len(problems) == 1
    assert says in problems[0]


def test_a_mask_of_another_size_is_refused(dataset, tmp_path):
    needs_reader("pictures-csv")
    folder = dataset("pictures-csv")
    picture(folder / "a-mask.png", drawing(0, size=50))
    with pytest.raises(DataError, match="mask and image are 50 x 50 and 96 x 96 pixels"):
        load_domain(SPECS["pictures-csv"], tmp_path)


def test_one_person_at_two_sites_of_a_table_is_leakage(dataset, tmp_path):
    needs_reader("pictures-csv")
    folder = dataset("pictures-csv")
    rows = [
        {"file": "a.png", "person": "a", "label": "no", "site": "source"},
        {"file": "b.png", "person": "a", "label": "no", "site": "target"},
    ]
    table(folder / "images.csv", rows)
    with pytest.raises(DomainError, match="subject leakage: a is in 'source' and in 'target'"):
        load_domain(SPECS["pictures-csv"], tmp_path)


def test_copied_folders_add_nobody(dataset):
    folder = dataset("pictures")
    shutil.copytree(folder / "yes", folder / "yes_more")
    assert names() == ["p1", "p2", "p3"]
    assert holding_of("pictures").near_copies == 0  # the same names
