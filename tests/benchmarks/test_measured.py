"""Which results a node's sentence counts: the main metric, the primary rule, each strategy once."""

import pytest

from benchmarks.models import Result, Run, RunState, Verdict
from benchmarks.selectors import taxonomy_tree_with_results
from reviewdb.reviews.models import Review
from taxonomy.models import ReviewTree

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(nodes) -> Review:
    tree = next(iter(nodes.values())).taxonomy
    review = Review.objects.create(slug="valverde2021", title="Transfer")
    ReviewTree.objects.create(review=review, taxonomy=tree)
    return review


def run_of(profile="quick", state=RunState.SUCCEEDED):
    return Run.objects.create(benchmark="site-shift", profile=profile, seeds=5, state=state)


def measure(nodes, run, **changes):
    row = {
        "strategy": "deep_coral", "n_target": 0, "metric": "dice", "selection": "last",
        "node": nodes["feature/symmetric/direct"], "verdict": Verdict.NO_DIFFERENCE, "seeds": 5,
        "scenario": "tissue", "simulated": True, "baseline": "source_only", "mean": 0.8, **changes,
    }  # fmt: skip
    return Result.objects.create(run=run, **row)


def sentences(review, path="feature"):
    tree = {node["path"]: node for node in taxonomy_tree_with_results(review)}
    return [found["sentence"] for found in tree[path]["measured"]]


def test_only_the_main_metric_under_the_primary_rule_counts(nodes, review):
    run = run_of()
    measure(nodes, run)
    measure(nodes, run, metric="hd95", verdict=Verdict.GAIN)
    measure(nodes, run, selection="target_validation", verdict=Verdict.GAIN)
    assert sentences(review) == [
        "The one strategy measured on simulated images showed no difference that could be told "
        "from chance."
    ]


def test_scenarios_and_label_counts_of_a_strategy_count_once(nodes, review):
    run = run_of()
    for n_target, scenario in ((0, "tissue"), (2, "tissue"), (0, "pathology")):
        measure(nodes, run, n_target=n_target, scenario=scenario)
    measure(nodes, run, n_target=8, verdict=Verdict.GAIN)
    measure(nodes, run, strategy="mmd")
    assert sentences(review) == [
        "Of 2 strategies measured on simulated images, 1 gained in at least one comparison and "
        "1 showed no difference that could be told from chance."
    ]


def test_simulated_and_real_are_never_mixed(nodes, review):
    run = run_of()
    measure(nodes, run, verdict=Verdict.GAIN)
    measure(nodes, run, simulated=False, scenario="white-matter", verdict="", withheld="few: 2")
    assert sentences(review) == [
        "The one strategy measured on simulated images gained in at least one comparison.",
        "The one strategy measured on real images has no verdict (few).",
    ]


def test_a_smoke_run_is_told_and_gives_no_verdict(nodes, review):
    measure(nodes, run_of("smoke"), verdict=Verdict.GAIN)
    measure(nodes, run_of("smoke", RunState.FAILED), strategy="mmd")
    assert sentences(review) == [
        "The one strategy measured on simulated images has no verdict (a test run)."
    ]
    assert sentences(review, "parameter") == []


def test_the_api_serves_counts_and_sentence(nodes, review, api):
    measure(nodes, run_of(), verdict=Verdict.NEGATIVE_TRANSFER)
    roots = {row["id"]: row for row in api.get("/api/v1/taxonomy/").json()["results"]}
    (found,) = roots["feature"]["measured"]
    assert found["sentence"].endswith("lost in at least one comparison.")
    assert (found["strategies"], found["lost"], found["simulated"]) == (1, 1, True)
    assert roots["parameter"]["measured"] == []
