"""What the command line says of real data: found, missing, wrong."""

import json

import pytest

from benchmarks.engine.__main__ import main
from benchmarks.engine.domains.describe import describe_worlds
from tests.engine.real.conftest import SPECS, needs_reader
from tests.engine.real.test_problems import label_of_2023, truncated


def rows():
    return {row["world"]: row for row in describe_worlds()}


def test_datasets_lists_what_each_data_set_holds(dataset, capsys):
    for world in SPECS:
        dataset(world)
    assert main(["datasets"]) == 0
    listed = {row["world"]: row for row in json.loads(capsys.readouterr().out)}
    assert all(row["found"] for row in listed.values())
    assert listed["fets2021"]["subjects_by_site"] == {
        "institution-01": 2,
        "institution-02": 1,
        "partition-01": 1,
        "partition-02": 1,
        "partition-18": 1,
    }
    assert listed["brats2023"]["contrasts"] == ["flair", "t1", "t1ce", "t2"]
    assert (listed["brats2023"]["subjects"], listed["brats2023"]["examinations"]) == (2, 3)
    assert listed["brats2023"]["unlabelled"] == 1
    assert listed["iseg2019"]["cohorts"] == {"infants": ["csf", "gm", "wm"]}
    assert listed["wmh2017"]["sites"] == ["ge3t", "philips-vu-petmr-01", "utrecht"]
    assert (listed["csv"]["with_age"], listed["csv"]["with_pathology"]) == (2, 2)
    assert all(row.get("problems", []) == [] for row in listed.values())


def test_what_is_missing_is_said_with_where_to_get_it(datasets):
    for world in SPECS:
        needs_reader(world)
    (datasets / "wmh2017").mkdir()
    found = rows()
    assert not any(found[world]["found"] for world in SPECS)
    assert "holds nothing laid out as training/Utrecht" in found["wmh2017"]["missing"]
    assert "no folder 'brats2021'" in found["brats2021"]["missing"]
    assert "registration needed" in found["brats2021"]["source"]


def test_a_root_that_is_no_folder_is_said(monkeypatch, tmp_path):
    needs_reader("bids")
    monkeypatch.setenv("REVIEWDB_DATASETS", str(tmp_path / "nowhere"))
    assert "which is not a folder" in rows()["bids"]["missing"]


@pytest.mark.parametrize("world", SPECS)
def test_a_whole_data_set_passes_the_check(world, dataset, capsys):
    dataset(world)
    assert main(["doctor", "--check", world]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_the_check_reads_every_volume_and_skipping_lists_the_bad(dataset, capsys):
    folder = dataset("brats2021")
    truncated(folder)
    label_of_2023(folder)
    assert main(["doctor", "--check", "brats2021"]) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert len(problems) == 2
    assert not (folder / "skip.txt").exists()
    assert main(["doctor", "--skip-bad", "brats2021"]) == 0
    assert json.loads(capsys.readouterr().out)["newly_skipped"] == ["BraTS2021_00000"]
    assert main(["doctor", "--check", "brats2021"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert (checked["subjects"], checked["skipped"]) == (1, ["BraTS2021_00000"])


def test_checking_what_is_not_there_is_refused(datasets, capsys):
    needs_reader("fets2021")
    needs_reader("bids")
    assert main(["doctor", "--check", "atlantis"]) == 1
    assert "not one of: fets2021" in capsys.readouterr().err
    assert main(["doctor", "--check", "bids"]) == 1
    assert "bids is not on this machine" in capsys.readouterr().err
