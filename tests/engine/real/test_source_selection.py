"""Source selection on the paper's own data sets, as far as they are on the machine."""

import json
from pathlib import Path

import pytest

from benchmarks.engine.domains import DomainError
from benchmarks.engine.running.store import Store
from benchmarks.engine.steps.source_selection.people import divided
from benchmarks.plan.benchmarks import benchmark_card, profile_of
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.errors import PlanError
from benchmarks.plan.here import plan_here
from benchmarks.plan.protocols.source_selection.tasks import SOURCE_PARTITIONS, TARGET_PARTITIONS
from tests.engine.conftest import run_smoke
from tests.engine.real.conftest import needs_reader
from tests.engine.real.trees import (
    LPS,
    OLD_ENDINGS,
    flair_grid,
    glioma_case,
    head_at,
    nested_at,
    save,
    table,
)
from tests.findings.source_selection.names import TABLES

PEOPLE_A_GROUP = 4
in_the_engine = pytest.mark.xdist_group("engine")


def fets2021_with_every_group(base):
    """Write four people in each partition of Tables IV and V, and four in another."""
    rows = []
    for partition in (1, *map(int, SOURCE_PARTITIONS + TARGET_PARTITIONS)):
        for _ in range(PEOPLE_A_GROUP):
            name = f"FeTS21_Training_{len(rows) + 1:03d}"
            glioma_case(base / name, "_", OLD_ENDINGS, (1, 4, 2), LPS)
            rows.append({"Partition_ID": partition, "Subject_ID": name})
    table(base / "partitioning_2.csv", rows)


def wmh2017_of_utrecht(base):
    shape, affine = flair_grid()
    for number in range(PEOPLE_A_GROUP):
        folder = base / "training" / "Utrecht" / str(number)
        for name in ("FLAIR", "T1"):
            save(folder / "pre" / f"{name}.nii.gz", head_at(shape, affine), affine)
        save(folder / "wmh.nii.gz", nested_at(shape, affine, (1, 1, 2)), affine)


def plan(profile="smoke"):
    return plan_here(benchmark="source-selection-real", profile=profile)


def worlds(made):
    return {step.world for step in made.steps if step.kind == "domain"}


def design(made):
    (step,) = (step for step in made.steps if step.kind == "source_tables")
    return step.fields["design"]


def test_without_any_of_the_data_it_says_which_folders_would_do(datasets):
    with pytest.raises(PlanError, match="FeTS 2021: there is no folder 'fets2021' below") as said:
        plan()
    assert "iSeg-2019: there is no folder 'iseg2019'" in str(said.value)


def test_without_the_variable_it_says_so(monkeypatch):
    monkeypatch.delenv("REVIEWDB_DATASETS", raising=False)
    with pytest.raises(PlanError, match="REVIEWDB_DATASETS is not set"):
        plan()


def test_lesions_alone_have_nobody_to_transfer_from(datasets):
    (datasets / "wmh2017").mkdir()
    with pytest.raises(PlanError, match="needs FeTS 2021 or iSeg-2019"):
        plan()


def test_each_table_needs_its_own_data_sets(datasets):
    (datasets / "iseg2019").mkdir()
    only_matter = plan("quick")
    assert worlds(only_matter) == {"iseg2019"}
    assert [len(design(only_matter)[k]) for k in ("trials", "same_dataset")] == [6, 12]
    assert design(only_matter)["cross_dataset"] == design(only_matter)["ranked"] == []

    (datasets / "fets2021").mkdir()
    with_tumours = plan("quick")
    assert [len(design(with_tumours)[k]) for k in ("same_dataset", "ranked")] == [30, 32]
    assert design(with_tumours)["cross_dataset"] == []

    (datasets / "wmh2017").mkdir()
    whole, simulated = plan("quick"), request_spec(benchmark="source-selection", profile="quick")
    assert design(whole) == design(build_plan(simulated))
    assert worlds(whole) == {"fets2021", "iseg2019", "wmh2017"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return (plan, what was said, content of source_selection.json) of one run on tiny trees."""
    for world in ("fets2021", "wmh2017"):
        needs_reader(world)
    root = tmp_path_factory.mktemp("datasets")
    fets2021_with_every_group(root / "fets2021")
    wmh2017_of_utrecht(root / "wmh2017")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVIEWDB_DATASETS", str(root))
        made = plan()
        said = run_smoke(made, tmp_path_factory.mktemp("store"))
    (artifact,) = said.of("artifact")
    return made, said, json.loads(Path(artifact["path"]).read_text("utf-8"))


@in_the_engine
def test_every_table_has_rows_and_none_is_called_simulated(run):
    _, said, content = run
    assert content["simulated"] is False
    assert content["failed"] == []
    assert [name for name in TABLES if content["tables"][name]] == list(TABLES)
    assert {task["dataset"] for task in content["tasks"]} == {"FeTS 2021", "WMH 2017"}
    assert not any(row["simulated"] for row in said.results)


@in_the_engine
def test_fewer_people_than_asked_for_are_told_as_they_are(run):
    asked = profile_of(benchmark_card("source-selection-real"), "smoke").target_pool
    assert asked == 4
    assert {row["n_target"] for row in run[1].results} == {2}  # one validates, one is tested


@in_the_engine
def test_nobody_tested_trains_or_validates_in_any_task(run):
    made, said, _ = run
    steps = {step.address: step for step in made.steps}
    store = Store(Path(said.of("artifact")[0]["path"]).parents[3])
    used = {"train": set(), "test": set()}
    for step in made.steps:
        if step.kind not in {"pretrain", "tune", "test"}:
            continue
        domain = steps[step.parents.one("source") or step.parents.target]
        names = store.outputs(domain.address)["subjects"]
        parts = store.outputs(step.parents.people)
        told = parts["test"] if step.kind == "test" else parts["train"] + parts["validation"]
        group = used["test" if step.kind == "test" else "train"]
        group.update((domain.world, names[place]) for place in told)
    assert used["test"]
    assert not used["test"] & used["train"]


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        ([12, 3, 12], 40, [12, 3, 12]),
        ([12, 3, 12], 10, [5, 1, 4]),
        ([12, 3, 12], 3, [1, 1, 1]),
        ([32, 8, 0], 5, [4, 1, 0]),
        ([1, 1, 10], 3, [1, 1, 1]),
    ],
)
def test_a_small_group_is_divided_in_the_same_proportions(wanted, there, expected):
    assert divided(wanted, there, "partition-14") == expected


def test_a_group_too_small_for_parts_that_share_nobody_is_refused():
    too_few = "partition-14 has 2 people, too few for 3 disjoint parts"
    with pytest.raises(DomainError, match=too_few):
        divided([12, 3, 12], 2, "partition-14")
