"""The plan of source selection: the paper's structure, pretraining shared, nobody in two places."""

from collections import Counter

import pytest

from benchmarks.engine.steps.source_selection.people import needed_people
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.build import MAX_SEEDS, build_plan, request_spec
from benchmarks.plan.errors import PlanError
from benchmarks.plan.protocols.source_selection.tasks import STUDY
from benchmarks.plan.verdict_rules import SMOKE_RUN


def plan(**changes):
    request = {"benchmark": "source-selection", "profile": "quick", **changes}
    return build_plan(request_spec(**request))


def of_kind(made, kind):
    return [step for step in made.steps if step.kind == kind]


def test_the_tables_have_as_many_rows_as_the_papers():
    assert len(STUDY.trials) == 12
    assert [len(STUDY.same_dataset), len(STUDY.cross_dataset), len(STUDY.ranked)] == [30, 9, 32]
    assert len(BENCHMARKS["source-selection"].scenarios) == len(STUDY.pairs) == 89


def test_each_source_is_pretrained_once_a_seed_and_shared_by_its_targets():
    made = plan(seeds=2)
    pretrainings = {step.address for step in of_kind(made, "pretrain")}
    assert len(pretrainings) == 34 * 2
    users = Counter(
        parent
        for step in of_kind(made, "tune")
        for parent in step.parents.addresses
        if parent in pretrainings
    )
    assert set(users) == pretrainings
    assert sum(users.values()) == 89 * 2
    assert max(users.values()) > 1


def test_pretraining_and_scratch_know_nothing_of_other_tasks():
    made = plan(seeds=1)
    kinds = {step.address: step.kind for step in made.steps}
    for step in of_kind(made, "pretrain"):
        assert [kinds[parent] for parent in step.parents.addresses] == ["domain", "people"]
    scratch = [s for s in of_kind(made, "tune") if s.strategy == "target_only"]
    assert len(scratch) == len({target for target, _ in STUDY.pairs}) == 23


@pytest.mark.parametrize(("profile", "seeds"), [("smoke", 1), ("quick", 5), ("paper", 10)])
def test_a_request_has_the_seeds_that_a_verdict_needs_and_a_smoke_run_has_none(profile, seeds):
    made = plan(profile=profile)
    assert {step.seed for step in of_kind(made, "tune")} == set(range(seeds))
    withheld = {step.withheld for step in of_kind(made, "compare_sources")}
    assert withheld == ({SMOKE_RUN} if profile == "smoke" else {None})


@pytest.mark.parametrize("seeds", [None, 5, 7])
def test_every_group_has_people_for_each_seed_besides_those_who_test(seeds):
    made = plan(seeds=seeds)
    subjects = {(s.site, s.cohort): s.subjects for s in of_kind(made, "domain")}
    needed = {needed_people(step.sizes, max(5, seeds or 0)) for step in of_kind(made, "people")}
    assert set(subjects.values()) == needed


def test_a_request_for_fewer_seeds_draws_the_same_people():
    few, all_seeds = (
        {step.address for step in of_kind(plan(seeds=seeds), "people")} for seeds in (1, 5)
    )
    assert few < all_seeds


@pytest.mark.parametrize("seeds", [1, MAX_SEEDS])
def test_groups_of_people_share_nobody(seeds):
    ranges = {
        (s.cohort, s.first_subject, s.subjects, s.site)
        for s in of_kind(plan(profile="paper", seeds=seeds), "domain")
    }
    numbers = [
        (cohort, number)
        for cohort, first, count, _site in ranges
        for number in range(first, first + count)
    ]
    assert len(numbers) == len(set(numbers))


def test_paper_has_the_published_protocol():
    made = plan(profile="paper", seeds=1)
    pretraining, tuning = of_kind(made, "pretrain")[0], of_kind(made, "tune")[-1]
    assert pretraining.iterations == 10_000
    assert tuning.iterations == 1_000
    assert tuning.strategy == "frozen_encoder"
    for step in (pretraining, tuning):
        shared = ("learning_rate", "weight_decay", "batch", "loss", "width")
        assert [getattr(step, name) for name in shared] == [1e-4, 5e-5, 20, "cross_entropy", 64]


@pytest.mark.parametrize("name", ["fets2021", "iseg2019"])
def test_a_request_gives_the_same_steps_whatever_data_the_machine_has(name, monkeypatch, tmp_path):
    spec = request_spec(benchmark="source-selection-real", profile="quick", datasets=[name])
    monkeypatch.delenv("REVIEWDB_DATASETS", raising=False)
    bare = build_plan(spec)
    for folder in ("fets2021", "iseg2019", "wmh2017"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("REVIEWDB_DATASETS", str(tmp_path))
    rich = build_plan(spec)
    assert [step.address for step in bare.steps] == [step.address for step in rich.steps]
    assert {s.world for s in of_kind(bare, "domain")} == set(bare.datasets) == {name}


def test_a_request_without_data_says_which_folders_would_do():
    with pytest.raises(PlanError, match="needs FeTS 2021 or iSeg-2019") as refusal:
        build_plan(request_spec(benchmark="source-selection-real", profile="quick"))
    assert refusal.value.field == "datasets"
    assert "below REVIEWDB_DATASETS on the worker's machine" in refusal.value.message
    assert "iSeg-2019 as the folder iseg2019" in refusal.value.message
