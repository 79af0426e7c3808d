"""One data set's fault, or one subject's, ends the check of no other."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.engine.__main__ import main
from benchmarks.engine.domains.real import describe
from benchmarks.engine.domains.real.catalog import DATASETS
from tests.engine.real.conftest import needs_reader
from tests.engine.real.test_problems import CASE, label_of_2023, truncated
from tests.engine.real.trees import SHAPE, save


def report_of(capsys):
    return json.loads(capsys.readouterr().out)


def test_a_reader_that_fails_is_one_problem_of_its_own_data_set(dataset, monkeypatch, capsys):
    for world in ("brats2021", "iseg2019"):
        dataset(world)

    def fail(_folder):
        raise TypeError("list indices must be integers")

    monkeypatch.setitem(DATASETS, "iseg2019", replace(DATASETS["iseg2019"], read=fail))
    assert main(["datasets"]) == 0
    rows = {row["world"]: row for row in report_of(capsys)}
    assert rows["brats2021"]["found"]
    assert "its reader failed (TypeError: list indices" in rows["iseg2019"]["problems"][0]
    assert main(["doctor", "--check", "iseg2019"]) == 1


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("never seen")])
def test_a_check_that_fails_is_a_problem_of_that_subject_alone(error, dataset, monkeypatch, capsys):
    folder = dataset("brats2021")
    label_of_2023(folder)
    checked = describe.problems_of

    def problems_of(case):
        if case.subject == "BraTS2021_00002":
            raise error
        return checked(case)

    monkeypatch.setattr(describe, "problems_of", problems_of)
    assert main(["doctor", "--check", "brats2021"]) == 1
    problems = report_of(capsys)["problems"]
    assert len(problems) == 2
    assert type(error).__name__ in problems[1]


def test_without_a_name_every_data_set_here_is_checked(dataset, capsys):
    truncated(dataset("brats2021"))
    dataset("csv")
    assert main(["doctor", "--check"]) == 1
    by_world = {row["world"]: row["problems"] for row in report_of(capsys)}
    assert list(by_world) == ["brats2021", "csv"]
    assert len(by_world["brats2021"]) == 1
    assert by_world["csv"] == []


def test_a_folder_that_holds_nothing_is_no_success(datasets, capsys):
    needs_reader("brats2021")
    (datasets / "brats2021").mkdir()
    assert main(["doctor", "--check", "brats2021"]) == 1
    assert "holds nothing laid out as" in report_of(capsys)["missing"]


def test_a_skip_list_that_cannot_be_written_is_said(dataset, capsys):
    folder = dataset("brats2021")
    truncated(folder)
    (folder / "skip.txt").mkdir()
    assert main(["doctor", "--skip-bad", "brats2021"]) == 1
    report = report_of(capsys)
    assert report["newly_skipped"] == []
    assert any("skip.txt: cannot be added to" in problem for problem in report["problems"])


def test_links_to_nowhere_are_named_and_not_taken_for_absent(dataset, capsys):
    folder = dataset("brats2021")
    for name in (f"{CASE}flair.nii.gz", f"{CASE}seg.nii.gz"):
        (folder / name).unlink()
        (folder / name).symlink_to(folder / "annex" / "object")
    assert main(["doctor", "--check", "brats2021"]) == 1
    problems = report_of(capsys)["problems"]
    assert len(problems) == 2
    assert all("is a link to a file that is not there; fetch that file" in p for p in problems)


@pytest.mark.parametrize(
    ("world", "folder"), [("brats2021", "BraTS2021_00000"), ("bids", "sub-02")]
)
def test_a_subject_whose_folder_is_a_link_to_nowhere_is_named(world, folder, dataset, capsys):
    link = dataset(world) / folder
    shutil.rmtree(link)
    link.symlink_to(link.with_name("elsewhere"))
    assert main(["doctor", "--check", world]) == 1
    assert any(folder in problem for problem in report_of(capsys)["problems"])


def test_a_name_that_no_list_can_hold_leaves_the_list_as_it_was(dataset, capsys):
    folder = dataset("msd-brain")
    description = folder / "Task01_BrainTumour" / "dataset.json"
    spoilt = description.read_text("utf-8").replace("BRATS_002", "BRATS_\\ud800")
    description.write_text(spoilt, "utf-8")
    (folder / "skip.txt").write_text("# nobody yet\n", "utf-8")
    assert main(["doctor", "--skip-bad", "msd-brain"]) == 1
    assert "skip.txt: cannot be added to" in capsys.readouterr().out
    assert (folder / "skip.txt").read_text("utf-8") == "# nobody yet\n"


def test_a_file_of_another_subject_in_a_folder_is_named(dataset, capsys):
    folder = dataset("bids") / "sub-01" / "ses-a" / "anat"
    save(folder / "sub-02_T1w.nii.gz", np.ones(SHAPE, np.int16))
    save(folder / "T2w.nii.gz", np.ones(SHAPE, np.int16))
    assert main(["doctor", "--check", "bids"]) == 1
    report = report_of(capsys)
    assert len(report["problems"]) == 2
    assert "does not begin with sub-01, the name of its folder" in report["problems"][0]
    assert report["subjects"] == 2
