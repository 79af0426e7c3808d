"""The whole source-selection benchmark at its smallest: every table, every number explained."""

import json
from pathlib import Path

import pytest

from benchmarks.engine.running.store import Store
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.verdict_rules import SMOKE_RUN
from taxonomy.statements.li2023 import li2023_statements
from tests.engine.conftest import run_smoke
from tests.findings.source_selection.names import TABLES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engine")]


@pytest.fixture(scope="module")
def run(tmp_path_factory, with_worlds):
    """Return (plan, what was said, content of source_selection.json) of one run."""
    plan = build_plan(request_spec(benchmark="source-selection", profile="smoke"))
    said = run_smoke(plan, with_worlds(tmp_path_factory.mktemp("store")))
    (artifact,) = said.of("artifact")
    assert artifact["kind"] == "source_selection"
    return plan, said, json.loads(Path(artifact["path"]).read_text("utf-8"))


def test_all_six_tables_are_filled_and_the_published_statements_can_be_worked_out(run):
    content = run[2]
    assert content["simulated"] is True
    assert content["seeds"] == 1
    assert [name for name in TABLES if content["tables"][name]] == list(TABLES)
    assert content["left_out"] == content["failed"] == []
    assert len(content["tables"]["table4_5_transferability"]) == 16
    assert len(content["tables"]["table6_spearman_footrule"]) == 4
    texts = [row["statement"] for row in li2023_statements(content["tables"])]
    assert any(text.startswith("Table I:") for text in texts)
    assert sum(text.startswith("Table VI:") for text in texts) > 16


def test_dice_differs_from_the_papers_and_every_data_set_is_called_simulated(run):
    rows = run[2]["tables"]["table1_modality_vs_task"]
    assert {row["dataset"] for row in rows} == {"FeTS-like (simulated)"}


def test_every_pair_is_a_result_row_with_its_baseline_and_why_it_has_no_verdict(run):
    _, said, content = run
    rows = [row for row in said.results if row["metric"] == "dice"]
    tuned = {row["scenario"]: row for row in rows if row["strategy"] == "frozen_encoder"}
    assert len(tuned) == len(content["pairs"]) == 34
    for pair in content["pairs"]:
        row = tuned[pair["scenario"]]
        assert row["node"] == "parameter/parameter-sharing/one-model"
        assert row["baseline"] == "target_only"
        assert row["verdict"] is None
        assert row["withheld"].startswith("a run for tests")
        assert row["simulated"] is True
        assert (row["mean"], row["gain"]) == (pair["dice"], pair["gain"])


def test_nobody_tested_is_in_the_training_or_validation_part_of_any_task(run):
    plan, said, _ = run
    steps = {step.address: step for step in plan.steps}
    store = Store(Path(said.of("artifact")[0]["path"]).parents[3])
    trained, tested = set(), set()
    for step in plan.steps:
        if step.kind not in {"pretrain", "tune", "test"}:
            continue
        domain = steps[step.parents.one("source") or step.parents.target]
        parts = store.outputs(step.parents.people)
        cohort, first = domain.cohort, domain.first_subject
        used = parts["test"] if step.kind == "test" else parts["train"] + parts["validation"]
        group = tested if step.kind == "test" else trained
        group.update((cohort, first + place) for place in used)
    assert tested
    assert not tested & trained


def test_choices_are_told_for_both_paths_and_every_score(run):
    content = run[2]
    told = {(s["score"], s["path"]) for s in content["selections"]}
    assert told == {(n, p) for n in ("h_score", "otce", "leep", "nce", "logme") for p in (1, 2)}
    first = next(s for s in content["selections"] if s["path"] == 1)
    assert sum(one["kept"] for one in first["candidates"]) == 4
    assert {one["fell_out_at"] for one in first["candidates"]} == {None, "modality", "roi"}
    for row in content["stability"]:
        assert 0 <= row["right_share"] <= row["best_is_candidate_share"] <= 1


def test_the_questions_have_intervals(run):
    for answer in run[2]["questions"]:
        assert answer["low"] <= answer["mean"] <= answer["high"]
        assert (answer["answer"], answer["withheld"]) == ("withheld", SMOKE_RUN)
    assert len({answer["question"] for answer in run[2]["questions"]}) == 3
