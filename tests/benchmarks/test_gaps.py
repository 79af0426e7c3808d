"""What counts as speaking about a gap, and the figures that its page is made of."""

import xml.etree.ElementTree as ET

import pytest

from benchmarks.findings.break_even import break_even
from benchmarks.findings.charts import gaps as charts_gaps
from benchmarks.findings.instance_weights import weight_figures
from benchmarks.models import Artifact, Result, Run, RunState
from benchmarks.selectors import gap_evidence, gap_list
from benchmarks.selectors.gaps import gap_get, gaps_of
from reviewdb.reviews.models import Review


def test_scratch_has_caught_up_where_no_later_interval_lies_above_zero():
    found = break_even([(1, 0.2), (2, 0.1), (4, -0.01), (8, -0.02)])
    assert (found.n_target, found.is_ever_ahead) == (4, True)


def test_counts_may_come_in_any_order_and_failed_ones_say_nothing():
    assert break_even([(8, -0.1), (4, None), (2, 0.1)]).n_target == 8


def test_one_count_behind_is_no_crossing_while_a_larger_one_is_ahead():
    assert break_even([(1, 0.1), (2, -0.1), (4, 0.1), (8, 0.0)]).n_target == 8


def test_transfer_still_ahead_at_the_largest_count_does_not_cross():
    found = break_even([(1, -0.1), (2, 0.1)])
    assert (found.n_target, found.largest) == (None, 2)


def test_transfer_that_was_never_ahead_says_so():
    found = break_even([(2, -0.1), (4, -0.1)])
    assert (found.n_target, found.is_ever_ahead) == (2, False)


@pytest.mark.parametrize("measured", [[], [(2, 0.1)], [(2, 0.1), (4, None)]])
def test_a_crossing_needs_two_counts(measured):
    assert break_even(measured) is None


def _record(weights, effective, *, n_target=0, seed=0):
    kept = {"instance_weights": {"weights": weights, "effective_sample_size": effective}}
    return {"n_target": n_target, "seed": seed, "records": kept}


def test_weights_are_told_over_their_mean_with_seeds_together():
    records = [_record([0, 0, 2, 2], 2.0), _record([1, 1, 1, 1], 4.0, seed=1)]
    (figures,) = weight_figures(records)
    assert (figures.seeds, figures.slices, figures.effective) == (2, 4, 3.0)
    assert (figures.effective_least, figures.effective_greatest) == (2.0, 4.0)
    assert figures.effective_share == 0.75
    assert figures.unweighted_share == 0.25
    assert figures.largest == 2.0
    assert figures.relative == (0, 0, 2, 2, 1, 1, 1, 1)
    assert figures.top_share == pytest.approx((0.5 + 0.25) / 2)


def test_limits_that_weights_and_widths_hit_are_told_in_words():
    one, other = _record([1, 3], 1.6), _record([1, 3], 1.6, seed=1)
    one["records"]["instance_weights"] |= {"bound": 10.0, "at_bound": 3, "edge": "largest"}
    other["records"]["instance_weights"] |= {"bound": 10.0, "at_bound": 0, "edge": ""}
    (figures,) = weight_figures([one, other])
    assert figures.bound == 10.0
    at_bound, at_edge = figures.warnings
    assert at_bound.startswith("In 1 of 2 seeds, weights sit at their bound (at most 3 slices)")
    assert at_edge.startswith("In 1 of 2 seeds, the kernel's width is the largest")
    assert weight_figures([_record([1, 3], 1.6)])[0].warnings == ()


def test_each_label_count_has_its_own_figures():
    found = weight_figures([_record([1, 3], 1.6, n_target=n) for n in (8, 2)])
    assert [figures.n_target for figures in found] == [2, 8]


@pytest.mark.parametrize(
    "content",
    [None, {}, [1], [{"records": {}}], [{"records": {"instance_weights": {}}}], [_record([], 0)]],
)
def test_records_of_another_shape_are_passed_over(content):
    assert weight_figures(content) == []


def _texts(svg):
    nodes = ET.fromstring(svg).iter()  # noqa: S314 - drawn here
    return {node.text for node in nodes if node.text and node.text.strip()}


def test_histograms_name_strategy_and_effective_sample_size():
    panel = {"title": "KLIEP", "subtitle": "no labels; 3 of 4", "weights": [0.1, 0.9, 9.0]}
    assert {"KLIEP", "no labels; 3 of 4", "slices, %"} <= _texts(
        charts_gaps.weight_histograms([panel])
    )


def test_weights_beyond_the_axis_share_the_last_bar():
    bins = charts_gaps._bins([0.0, 1.0, 5.0, 50.0])
    assert [(b["low"], b["share"]) for b in bins if b["share"]] == [(0, 25), (1, 25), (4, 50)]


def test_depth_chart_tells_both_ends_apart():
    rows = [
        {"panel": "2 labelled", "end": end, "depth": d, "gain": 0.1, "low": 0, "high": 0.2}
        for end in (charts_gaps.FROM_INPUT, charts_gaps.FROM_OUTPUT)
        for d in (0, 5, 9)
    ]
    texts = _texts(charts_gaps.depth_chart(rows, metric="Dice", stages=9))
    assert {"from the input", "from the output", "2 labelled", "frozen stages of 9"} <= texts


def test_break_even_curves_draw_scratch_beside_transfer():
    rows = [
        {"series": series, "n_target": n, "mean": 0.5, "low": 0.4, "high": 0.6}
        for series in ("transfer", charts_gaps.SCRATCH)
        for n in (1, 4, 16)
    ]
    panel = {"title": "LP-FT", "break_even_at": 4, "rows": rows}
    texts = _texts(charts_gaps.break_even_curves([panel], metric="Dice"))
    assert {"LP-FT", "from scratch", "transfer", "1", "4", "16"} <= texts


def test_charts_without_rows_are_empty():
    assert charts_gaps.weight_histograms([]) == ""
    assert charts_gaps.depth_chart([], metric="Dice", stages=9) == ""
    assert charts_gaps.break_even_curves([], metric="Dice") == ""
    assert charts_gaps.verdict_bars([]) == ""


@pytest.fixture
def review(db) -> Review:
    return Review.objects.create(slug="valverde2021", title="V")


def _run(benchmark="site-shift", profile="quick"):
    return Run.objects.create(
        benchmark=benchmark, profile=profile, seeds=3, state=RunState.SUCCEEDED
    )


def _result(run, strategy, n_target, *, gain=0.1, verdict="gain", node=None, simulated=True):
    return Result.objects.create(
        run=run, scenario="tissue", strategy=strategy, n_target=n_target, metric="dice",
        selection="source_validation", mean=0.7, low=0.6, high=0.8, baseline="target_only",
        gain=gain, gain_low=gain, gain_high=gain, verdict=verdict, seeds=3, simulated=simulated,
        node=node,
    )  # fmt: skip


def _file(run, name, strategy=""):
    return Artifact.objects.create(
        run=run, name=name, strategy=strategy, scenario="tissue", kind="data", title=name,
        file=name, digest="0" * 64,
    )  # fmt: skip


def _results(review):
    return {row["id"]: row["results"] for row in gap_list(review)}


def test_nothing_measured_says_what_to_run(review):
    rows = gap_list(review)
    assert [row["status"] for row in rows] == ["not measured"] * 6
    assert all(row["simulated"] is None and row["runs"] == [] for row in rows)
    weights, sweep = rows[0]["command"], rows[2]["command"]
    assert "--strategy kliep" in weights
    assert sweep == "manage.py run_benchmark frozen-depth --wait"


def test_each_gap_counts_what_speaks_about_it(review, nodes):
    node = nodes["parameter/prior-sharing"]
    sweep, few = _run("frozen-depth"), _run("few-labels")
    _result(sweep, "frozen_first_3", 2, node=node)
    for count in (1, 2):
        _result(few, "l2_sp", count, node=node)
    _result(few, "lp_ft", 2, node=node)
    _file(few, "weights.png", "kliep")
    _file(few, "feature_spaces.json")
    _file(few, "predictions.png", "kliep")
    assert _results(review) == {
        "instance-weights": 1,
        "feature-spaces": 1,
        "parameters-to-tune": 1,
        "training-set-size": 2,
        "negative-transfer": 4,
        "interpretation": 1,
    }


def test_smoke_runs_speak_about_no_gap(review, nodes):
    run = _run("frozen-depth", profile="smoke")
    _result(run, "frozen_first_3", 2, node=nodes["parameter/prior-sharing"])
    for name in ("weights.png", "feature_spaces.json", "predictions.png"):
        _file(run, name)
    assert set(_results(review).values()) == {0}


def test_files_are_those_of_the_newest_run_of_each_strategy(review):
    old, new = _run(), _run()
    for run in (old, new):
        _file(run, "weights.png", "kliep")
    _file(old, "weights.png", "tradaboost")
    found = {(file.strategy, file.run_id) for file in gap_evidence.weight_pictures()}
    assert found == {("kliep", new.pk), ("tradaboost", old.pk)}
    assert gap_get(review, "instance-weights")["runs"] == [new.pk, old.pk]


def test_files_of_simulated_scenarios_say_so(review):
    simulated, real = _run("site-shift"), _run("few-labels")
    _result(simulated, "kliep", 0)
    _result(real, "kliep", 0, simulated=False)
    for run in (simulated, real):
        _file(run, "weights.png", "kliep")
    assert {f.run_id: f.simulated for f in gap_evidence.weight_pictures()} == {
        simulated.pk: True,
        real.pk: False,
    }
    assert gap_get(review, "instance-weights")["simulated"] is False


def test_counting_costs_a_query_a_gap(review, django_assert_num_queries):
    _file(_run(), "weights.png", "kliep")
    with django_assert_num_queries(7):  # the seventh finds the runs of another arithmetic
        gap_list(review)


def test_a_gap_lies_at_its_node_and_below(review):
    assert "instance-weights" in [gap.slug for gap in gaps_of(review, "instance/fixed")]
    below = [gap.slug for gap in gaps_of(review, "feature/symmetric/direct")]
    assert "instance-weights" not in below
    assert {"feature-spaces", "negative-transfer"} <= set(below)


def test_another_review_names_no_gaps(db):
    other = Review.objects.create(slug="mine", title="M")
    assert gap_list(other) == []
    assert gap_get(other, "instance-weights") is None


def test_api_rows_keep_their_keys_and_say_how_to_get_more(api, review):
    run = _run("frozen-depth")
    _result(run, "frozen_last_5", 2)
    rows = {r["id"]: r for r in api.get("/api/v1/reviews/valverde2021/gaps/").json()["results"]}
    row = rows["parameters-to-tune"]
    assert {"id", "gap", "question", "status", "results"} <= set(row)
    assert (row["status"], row["results"], row["runs"]) == ("measured", 1, [run.pk])
    assert (row["simulated"], row["benchmark"], row["node"]) == (True, "frozen-depth", "parameter")
