"""The plan of a transfer between real sites: on data that are there, with folds as seeds."""

import pytest

from benchmarks.plan.benchmarks import REAL_SITE_SHIFT
from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.errors import MissingDataError, PlanError
from benchmarks.plan.here import plan_here

OPEN = ("oasis", "ibsr")


def plan(datasets=OPEN, **changes):
    request = {"benchmark": "real-site-shift", "profile": "quick", "datasets": datasets, **changes}
    return build_plan(request_spec(**request))


def of_kind(made, kind):
    return [step for step in made.steps if step.kind == kind]


def test_without_data_it_is_refused_with_where_to_get_and_to_put_them(monkeypatch, tmp_path):
    monkeypatch.setenv("REVIEWDB_DATASETS", str(tmp_path))
    with pytest.raises(PlanError, match=r"nitrc\.org/projects/ibsr.*no folder 'ibsr' below"):
        plan_here(benchmark="real-site-shift", profile="quick")


def test_half_of_the_data_is_not_enough():
    with pytest.raises(MissingDataError, match=r"neuromorphometrics.*as the folder oasis"):
        plan(["ibsr"])


def test_only_scenarios_whose_data_are_there_are_planned():
    made = plan(["oasis", "ibsr", "pictures"])
    assert [step.scenario for step in of_kind(made, "conclude")] == [
        "oasis-to-ibsr",
        "own-pictures",
    ]


def test_its_results_are_not_simulated():
    made = plan()
    assert not any(step.simulated for kind in ("compare", "rank") for step in of_kind(made, kind))


def test_seeds_are_folds_over_all_people():
    made = plan()
    folds = of_kind(made, "fold")
    assert [(step.fold, step.folds) for step in folds] == [(number, 5) for number in range(5)]
    assert not of_kind(made, "split")
    sizes = {step.world: step.subjects for step in of_kind(made, "domain")}
    assert sizes == {"oasis": 24, "ibsr": 15}
    assert all(step.or_fewer for step in of_kind(made, "domain"))


def test_one_fold_is_no_cross_validation():
    with pytest.raises(PlanError, match=r"seeds are folds .* ask for 2 or more"):
        plan(seeds=1)


def test_a_fold_asks_for_as_many_labels_as_its_strategies_need():
    assert {step.labelled for step in of_kind(plan(), "fold")} == {9}  # the oracle's whole pool
    own = plan(["pictures"])
    assert {step.labelled for step in of_kind(own, "fold")} == {8}
    assert "oracle" not in {step.strategy for step in of_kind(own, "fit")}


def test_own_sites_are_segmented_as_volumes_and_classified_as_2d_images():
    own = [scenario for scenario in REAL_SITE_SHIFT.scenarios if scenario.people_at_most]
    assert {scenario.slug: scenario.task for scenario in own} == {
        "own-volumes": "segmentation",
        "own-pictures": "classification",
        "own-table": "classification",
    }
    assert {(s.source.site, s.target.site) for s in own} == {("source", "target")}
