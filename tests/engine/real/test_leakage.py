"""Nobody is in two places: not in a data set, not in the two sides of a transfer."""

import shutil
from dataclasses import replace

import pytest

from benchmarks.engine.domains import DomainError, load_domain
from benchmarks.engine.domains.real.chosen_cases import DataError
from benchmarks.engine.domains.real.leakage import refuse_shared_subjects
from benchmarks.plan.protocols.comparison import planner
from tests.engine.conftest import run_smoke, smoke_plan
from tests.engine.real.conftest import SPECS


def two_partitions(folder):
    with (folder / "MICCAI_FeTS2021_TrainingData/partitioning_1.csv").open("a") as table:
        table.write("2,FeTS21_Training_001\n")


def two_folders(folder):
    training = folder / "ASNR-MICCAI-BraTS2023-GLI-Challenge-TrainingData"
    other = folder / "More" / "BraTS-GLI-00000-002"
    shutil.copytree(training / "BraTS-GLI-00000-000", other)
    for path in other.iterdir():
        path.rename(path.with_name(path.name.replace("00000-000", "00000-002")))


def two_scanners(folder):
    shutil.copytree(folder / "training/Utrecht/0", folder / "test/Amsterdam/GE1T5/0")


def two_splits(folder):
    with (folder / "volumes.csv").open("a") as table:
        table.write("volumes/c.nii.gz,b,AD,82,M,Site One,test\n")


def two_names(folder):
    with (folder / "volumes.csv").open("a") as table:
        table.write("volumes/b.nii.gz,d,AD,81,M,Site One,train\n")


def two_sites_in_a_table(folder):
    rows = "subject,site\nsubject-1,x\nsubject-1,y\nsubject-2,x\nsubject-10,y\n"
    (folder / "sites.csv").write_text(rows, "utf-8")


@pytest.mark.parametrize(
    ("world", "leak", "says"),
    [
        ("fets2021", two_partitions, "FeTS21_Training_001 is in .*institution-01.* and in .*-02"),
        ("brats2023", two_folders, "BraTS-GLI-00000 is in 'ASNR.*/all' and in 'More/all'"),
        ("wmh2017", two_scanners, "wmh-0 is in 'test/ge1t5' and in 'training/utrecht'"),
        ("csv", two_splits, "b is in 'train/site-one' and in 'test/site-one'"),
        ("csv", two_names, "one volume belongs to subjects b and d"),
        ("iseg2019", two_sites_in_a_table, "subject-1 is in '.*/x' and in '.*/y'"),
    ],
)
def test_a_subject_in_two_places_is_refused_with_both_named(world, leak, says, dataset, tmp_path):
    leak(dataset(world))
    with pytest.raises(DataError, match=f"subject leakage: {says}"):
        load_domain(SPECS[world], tmp_path)


def test_a_leak_is_refused_whoever_is_asked_for(dataset, tmp_path):
    two_partitions(dataset("fets2021"))
    elsewhere = replace(SPECS["fets2021"], site="partition-18", subjects=1)
    with pytest.raises(DataError, match="subject leakage"):
        load_domain(elsewhere, tmp_path)


def test_sessions_of_one_subject_are_one_subject(dataset, tmp_path):
    dataset("brats2023")
    with pytest.raises(DomainError, match="has 2 subjects"):
        load_domain(replace(SPECS["brats2023"], subjects=3), tmp_path)


def test_skipping_the_subject_ends_the_leak(dataset, tmp_path):
    folder = dataset("wmh2017")
    two_scanners(folder)
    (folder / "skip.txt").write_text("wmh-0\n", "utf-8")
    spec = replace(SPECS["wmh2017"], subjects=1)
    assert load_domain(spec, tmp_path).subjects == ("wmh-1",)


def test_two_sides_of_a_transfer_share_nobody(dataset, tmp_path):
    dataset("fets2021")
    source = load_domain(replace(SPECS["fets2021"], subjects=1), tmp_path)
    overlapping = replace(SPECS["fets2021"], site="partition-01", contrast="t1", subjects=1)
    with pytest.raises(DomainError, match=r"FeTS21_Training_001 .* in both .*institution-01"):
        refuse_shared_subjects(source, load_domain(overlapping, tmp_path))
    refuse_shared_subjects(source, load_domain(replace(overlapping, site="partition-18"), tmp_path))


@pytest.mark.slow
def test_nothing_is_trained_where_both_sides_hold_the_same_people(
    monkeypatch, with_worlds, tmp_path
):
    monkeypatch.setattr(planner, "TARGET_FIRST_SUBJECT", planner.SOURCE_FIRST_SUBJECT)
    plan = smoke_plan(strategies=["source_only"])
    said = run_smoke(replace(plan, steps=plan.steps[:4]), with_worlds(tmp_path))
    assert [step.kind for step in plan.steps[:4]] == ["domain", "domain", "split", "fit"]
    (failed,) = said.of("step_failed")
    assert "subject leakage: healthy-0001" in failed["error"]
