"""The loop over steps: every result appears, nothing finished is computed twice."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.running.run import run_plan
from benchmarks.engine.running.store import Store
from benchmarks.engine.strategies.deep_coral import DeepCoral
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.plan.metrics import METRICS
from benchmarks.plan.precision import BFLOAT16, FLOAT32
from benchmarks.plan.protocols.comparison.steps import FitStep
from tests.engine.conftest import RecordedEvents, run_smoke, smoke_plan

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engine")]


def copy_of(smoke, folder: Path) -> Path:
    shutil.copytree(smoke[1], folder, symlinks=True)
    return folder


def without_cost(rows):
    """Return rows without what depends on the clock."""
    kept = [{**row, "detail": {**row["detail"], "cost": None}} for row in rows]
    return sorted(kept, key=str)


def test_every_strategy_has_results_with_its_node_and_why_a_smoke_run_has_no_verdict(smoke):
    rows = smoke[2].results
    assert {row["strategy"] for row in rows} == set(smoke[0].strategies)
    for row in rows:
        card = STRATEGIES[row["strategy"]]
        assert row["node"] == card.node
        assert row["simulated"] is True
        assert row["low"] <= row["mean"] <= row["high"]
        if card.is_baseline:
            assert row["verdict"] is None
            assert row["gain"] is None
        else:
            assert row["verdict"] is None
            assert row["withheld"].startswith(("a run for tests", "secondary"))
            assert row["baseline"] == ("target_only" if row["n_target"] else "source_only")


def test_gain_is_the_mean_difference_from_the_baseline_and_positive_is_better(smoke):
    rows = smoke[2].results
    keys = ("scenario", "n_target", "metric", "selection")
    baselines = {(row["strategy"], *(row[k] for k in keys)): row["mean"] for row in rows}
    compared = [row for row in rows if row["baseline"]]
    assert {row["metric"] for row in compared} == {"dice", "nsd", "hd95"}
    for row in compared:
        gap = row["mean"] - baselines[(row["baseline"], *(row[k] for k in keys))]
        sign = METRICS[row["metric"]].sign
        assert row["gain"] == pytest.approx(sign * gap, abs=1e-9)


def test_every_block_is_ranked_under_three_schemes(smoke):
    (file,) = [event for event in smoke[2].of("artifact") if event["kind"] == "ranks"]
    blocks = json.loads((smoke[1] / file["path"]).read_text(encoding="utf-8"))
    assert {(block["scenario"], block["n_target"]) for block in blocks} >= {("tissue", 0)}
    for block in blocks:
        assert set(block["ranks"]) == {"mean", "ranks", "tests"}
        for ranks in block["ranks"].values():
            assert min(rank for rank, _, _ in ranks.values()) == 1
            assert all(1 <= low <= high <= len(ranks) for _, low, high in ranks.values())


def test_a_second_run_computes_nothing_and_says_the_same(smoke):
    again = run_smoke(smoke[0], smoke[1])
    assert all(step["reused"] for step in again.of("step_finished"))
    assert again.results == smoke[2].results
    assert len(again.of("artifact")) == len(smoke[2].of("artifact"))


def test_steps_of_another_precision_are_computed_again(smoke, tmp_path):
    plan, _, _ = smoke
    store = copy_of(smoke, tmp_path / "copy")
    before = choose_compute("cpu")
    other = BFLOAT16 if before.precision is torch.float32 else FLOAT32
    asked = replace(plan, precision=other)
    first_fit = next(s for s in asked.steps if isinstance(s, FitStep))
    wanted = {*first_fit.parents.addresses, first_fit.address}
    few = replace(asked, steps=tuple(s for s in asked.steps if s.address in wanted))
    again = RecordedEvents()
    run_plan(few, store, choose_compute("cpu", other), again)
    computed = [s["address"] for s in again.of("step_finished") if not s["reused"]]
    assert computed == [first_fit.address]  # worlds and splits depend on no precision
    assert any("computing it again" in line["message"] for line in again.of("log"))
    assert Store(store).arithmetic(first_fit.address) == f"cpu {other}"


def test_the_same_plan_elsewhere_gives_identical_numbers(smoke, tmp_path):
    other = run_smoke(smoke_plan(strategies=["deep_coral", "frozen_encoder"]), tmp_path)
    wanted = [r for r in smoke[2].results if r["strategy"] in {"source_only", "target_only"}]
    found = [r for r in other.results if r["strategy"] in {"source_only", "target_only"}]
    assert without_cost(found) == without_cost(wanted)
    coral = {"deep_coral"}
    assert [r["mean"] for r in other.results if r["strategy"] in coral] == [
        r["mean"] for r in smoke[2].results if r["strategy"] in coral
    ]


def test_freezing_the_first_five_stages_is_freezing_the_encoder(smoke):
    sweep = build_plan(
        request_spec(
            benchmark="frozen-depth", profile="smoke", seeds=1, strategies=["frozen_first_5"]
        )
    )
    kept = ("scenario", "n_target", "metric", "selection", "mean", "low", "high", "gain")
    found = [r for r in run_smoke(sweep, smoke[1]).results if r["strategy"] == "frozen_first_5"]
    wanted = [r for r in smoke[2].results if r["strategy"] == "frozen_encoder"]
    assert [[r[k] for k in kept] for r in found] == [[r[k] for k in kept] for r in wanted]


class Gone(BaseException):
    """Raised in place of a kill: nothing in the engine may catch it."""


def test_interrupted_anywhere_and_continued_the_numbers_are_identical(smoke, with_worlds, tmp_path):
    plan = smoke_plan(strategies=["full_fine_tuning"])
    store = with_worlds(tmp_path / "store")
    finished = set()
    for stop_at in range(3, len(plan.steps), 7):
        said = RecordedEvents()

        def stop(event, said=said, stop_at=stop_at, **payload):
            said(event, **payload)
            if (
                event in {"step_progress", "step_started"}
                and len(said.of("step_finished")) >= stop_at
            ):
                raise Gone

        with pytest.raises(Gone):
            run_smoke(plan, store, stop)
        assert {s["address"] for s in said.of("step_finished") if s["reused"]} == finished
        finished = {step["address"] for step in said.of("step_finished")}
    rest = run_smoke(plan, store)
    assert {s["address"] for s in rest.of("step_finished") if s["reused"]} == finished
    wanted = [r for r in smoke[2].results if r["strategy"] in plan.strategies]
    found = rest.results
    # Holm's family is smaller without the other strategies; everything else must agree.
    for row in (*wanted, *found):
        row["verdict"] = None
        row["detail"].pop("p_value_holm", None)
    assert without_cost(found) == without_cost(wanted)


def test_a_damaged_output_is_computed_again_with_a_log_line(smoke, tmp_path):
    store = copy_of(smoke, tmp_path / "store")
    fit = next(step for step in smoke[0].steps if step.kind == "fit")
    weights = store / "steps" / fit.address[:2] / fit.address / "source_validation.safetensors"
    weights.write_bytes(weights.read_bytes()[:-20])
    again = run_smoke(smoke[0], store)
    assert "computing it again" in again.of("log")[0]["message"]
    assert [s["address"] for s in again.of("step_finished") if not s["reused"]] == [fit.address]
    assert again.results == smoke[2].results


def test_a_strategy_that_breaks_is_a_failed_result_and_the_others_go_on(
    with_worlds, tmp_path, monkeypatch
):
    def broken(self, access, trainer):
        raise RuntimeError("covariance is not finite")

    store = with_worlds(tmp_path / "store")
    plan = smoke_plan(strategies=["deep_coral"])
    with monkeypatch.context() as patch:
        patch.setattr(DeepCoral, "fit", broken)
        said = run_smoke(plan, store)
    failed = [row for row in said.results if row["strategy"] == "deep_coral"]
    assert {row["verdict"] for row in failed} == {"failed"}
    assert "covariance is not finite" in failed[0]["detail"]["reason"]
    assert all(row["mean"] is not None for row in said.results if row not in failed)
    healed = run_smoke(plan, store)
    assert "failed" not in {row["verdict"] for row in healed.results}
