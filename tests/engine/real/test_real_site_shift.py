"""The transfer between real sites, run: on drawings as somebody's own sites, and on real scans."""

from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from benchmarks.plan.build import build_plan, request_spec
from tests.engine.conftest import run_smoke
from tests.engine.real.conftest import needs_reader
from tests.engine.real.trees import drawing, picture

REAL = Path(__file__).parents[3].parent / "shared" / "realdata"
PEOPLE = ["target/copy", *(f"target/p{number}" for number in range(10, 20))]
OF_SITES = {"voxel-084": 3, "voxel-094": 3}
"""The first six people of IBSR, in the order of their names, by acquisition group."""
STRATEGIES = ["source_only", "target_only", "full_fine_tuning"]


def plan_of(*datasets):
    return build_plan(
        request_spec(
            benchmark="real-site-shift", profile="smoke", strategies=STRATEGIES, datasets=datasets
        )
    )


def without_others(plan, strategy):
    """Return the plan of one strategy's comparison alone."""
    (last,) = [s for s in plan.steps if s.kind == "compare" and s.strategy == strategy]
    needed = nx.ancestors(plan.graph(), last.address) | {last.address}
    return replace(plan, steps=tuple(s for s in plan.steps if s.address in needed))


def failures(said):
    return [payload["error"] for payload in said.of("step_failed")]


def test_own_sites_are_classified_and_every_person_is_tested_once(datasets, tmp_path):
    needs_reader("pictures")
    for number in range(20):
        site, label = ("source", "target")[number // 10], ("no", "yes")[number % 2]
        image = drawing(number)
        if label == "yes":
            image[40:56, 50:66] = 255
        picture(datasets / "pictures" / site / label / f"p{number}" / "a.png", image)
    copy = drawing(0)
    picture(datasets / "pictures" / "target" / "no" / "copy" / "a.jpg", copy, quality=80)
    said = run_smoke(plan_of("pictures"), tmp_path / "store")
    assert failures(said) == []
    rows = [row for row in said.results if row["metric"] == "auc" and row["selection"] == "last"]
    assert {row["strategy"] for row in rows} >= set(STRATEGIES)
    for row in rows:
        assert (row["simulated"], row["seeds"], row["verdict"]) == (False, 1, None)
        assert row["detail"]["folds"] == 2
        assert row["detail"]["people"] == PEOPLE
        assert np.asarray(row["detail"]["scores"]).shape == (1, len(PEOPLE))


def test_real_scans_are_segmented_and_every_person_is_shown(monkeypatch, tmp_path):
    needs_reader("oasis")
    needs_reader("ibsr")
    if not (REAL / "oasis").exists():
        pytest.skip("the real scans are not on this machine")
    monkeypatch.setenv("REVIEWDB_DATASETS", str(REAL))
    said = run_smoke(without_others(plan_of("oasis", "ibsr"), "source_only"), tmp_path / "store")
    assert failures(said) == []
    rows = [row for row in said.results if row["metric"] == "dice" and row["selection"] == "last"]
    for row in rows:
        assert (row["simulated"], row["verdict"]) == (False, None)
        assert len(row["detail"]["people"]) == len(row["detail"]["per_subject"]) == 6
        assert row["detail"]["near_copies"] == 0
        sites = {one["site"]: one for one in row["detail"]["sites"]}
        assert {name: one["people"] for name, one in sites.items()} == OF_SITES
        assert row["detail"]["worst_site"] == min(sites, key=lambda name: sites[name]["mean"])
        assert row["mean"] > 0.3  # seconds of training find some white matter
