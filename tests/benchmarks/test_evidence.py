"""What counts as evidence, and whose files are shown."""

import pytest

from benchmarks.models import Artifact, Result, Run, RunState, Verdict
from benchmarks.selectors import results_for_node
from benchmarks.selectors.evidence import (
    OtherArithmetic,
    evidence_files,
    evidence_runs,
    left_out,
    one_reading,
)
from benchmarks.selectors.gap_evidence import verdict_results

pytestmark = pytest.mark.django_db


def run_of(state=RunState.SUCCEEDED, profile="quick"):
    return Run.objects.create(benchmark="site-shift", profile=profile, seeds=5, state=state)


def measure(run, nodes, *, scenario="tissue", mean=0.8, **changes):
    row = {
        "strategy": "deep_coral", "n_target": 0, "metric": "dice", "selection": "last",
        "node": nodes["feature/symmetric/direct"], "verdict": Verdict.GAIN, "seeds": 5,
        "simulated": True, "baseline": "source_only", "gain": 0.1, **changes,
    }  # fmt: skip
    return Result.objects.create(run=run, scenario=scenario, mean=mean, **row)


def shown(path="feature"):
    return {(row.scenario, row.run_id) for row in results_for_node(path)}


@pytest.mark.parametrize(
    "state", [RunState.CANCELLED, RunState.FAILED, RunState.RUNNING, RunState.QUEUED]
)
def test_a_newer_run_that_did_not_succeed_replaces_nothing(nodes, state):
    complete, cut_short = run_of(), run_of(state)
    for scenario in ("tissue", "age"):
        measure(complete, nodes, scenario=scenario)
    measure(cut_short, nodes)
    assert shown() == {("tissue", complete.pk), ("age", complete.pk)}
    assert {row.run_id for row in verdict_results()} == {complete.pk}


def test_a_newer_run_of_one_scenario_replaces_that_scenario_alone(nodes):
    complete, partial = run_of(), run_of()
    for scenario in ("tissue", "age"):
        measure(complete, nodes, scenario=scenario)
    measure(partial, nodes)
    assert shown() == {("tissue", partial.pk), ("age", complete.pk)}


def test_a_cell_that_failed_in_the_newer_run_keeps_the_older_value(nodes):
    whole, torn = run_of(), run_of()
    for n_target in (0, 2):
        measure(whole, nodes, n_target=n_target)
    measure(torn, nodes)
    measure(torn, nodes, n_target=2, mean=None, gain=None, verdict=Verdict.FAILED)
    found = {(row.n_target, row.run_id) for row in results_for_node("feature")}
    assert found == {(0, torn.pk), (2, whole.pk)}


def test_a_failure_that_nobody_improved_upon_is_shown(nodes):
    measure(run_of(), nodes, mean=None, gain=None, verdict=Verdict.FAILED)
    assert [row.verdict for row in results_for_node("feature")] == [Verdict.FAILED]


def test_fewer_seeds_do_not_replace_more(nodes):
    five, one = run_of(), run_of()
    measure(five, nodes)
    measure(one, nodes, seeds=1)
    assert shown() == {("tissue", five.pk)}


@pytest.mark.parametrize(
    "other",
    [{"metric": "hd95"}, {"selection": "source_validation"}, {"simulated": False}, {"n_target": 4}],
)
def test_another_cell_stands_beside_and_replaces_nothing(nodes, other):
    old, new = run_of(), run_of()
    measure(old, nodes)
    measure(new, nodes, **other)
    assert shown() == {("tissue", old.pk), ("tissue", new.pk)}


def test_profiles_stand_beside_each_other_and_smoke_nowhere(nodes):
    quick, paper, smoke = (run_of(profile=name) for name in ("quick", "paper", "smoke"))
    for run in (quick, paper, smoke):
        measure(run, nodes)
    assert shown() == {("tissue", quick.pk), ("tissue", paper.pk)}
    assert evidence_runs() == {quick.pk, paper.pk}


def test_of_files_those_of_a_cancelled_run_replace_nothing(nodes):
    complete, cancelled = run_of(), run_of(RunState.CANCELLED)
    for run in (complete, cancelled):
        Artifact.objects.create(
            run=run, name="weights.png", strategy="kliep", scenario="tissue", kind="picture",
            title="Weights", file="weights.png", digest="0" * 64,
        )  # fmt: skip
    assert [file.run_id for file in evidence_files(Artifact.objects.all())] == [complete.pk]
    assert evidence_runs() == {complete.pk}


def test_a_value_stands_above_what_is_not_finite_whichever_run_is_newer(nodes):
    """Of five runs two have a value: the newest of these stands, never one without."""
    means = (None, 0.81, None, 0.90, None)
    runs = [run_of() for _ in means]
    for run, mean in zip(runs, means, strict=True):
        measure(run, nodes, mean=mean, verdict=Verdict.GAIN if mean else Verdict.FAILED)
    (row,) = results_for_node("feature")
    assert (row.run_id, row.mean) == (runs[3].pk, 0.90)


CPU, GPU = (("cpu", "float32"), ("cuda:0", "bfloat16"))


def computed_on(device, strategies=("deep_coral",), **changes):
    name, precision = device
    return Run.objects.create(
        benchmark="site-shift", profile="quick", seeds=5, state=RunState.SUCCEEDED,
        strategies=list(strategies),
        provenance={"device": {"device": name, "precision": precision}}, **changes,
    )  # fmt: skip


def test_numbers_of_another_arithmetic_are_not_mixed_in_and_are_named(nodes):
    whole, part = computed_on(CPU, ["deep_coral", "dann"]), computed_on(GPU)
    measure(whole, nodes)
    measure(whole, nodes, strategy="dann")
    measure(part, nodes)
    measure(part, nodes, scenario="age")
    assert {row.run_id for row in results_for_node("feature")} == {whole.pk}
    assert evidence_runs() == {whole.pk}
    assert left_out() == [
        OtherArithmetic("site-shift", "quick", "cpu float32", "cuda bfloat16", (part.pk,))
    ]


def test_one_reading_asks_once_for_the_arithmetic_and_the_next_asks_anew(
    nodes, django_assert_num_queries
):
    first = computed_on(CPU)
    measure(first, nodes)
    with django_assert_num_queries(3), one_reading():
        assert [shown(), shown()] == [{("tissue", first.pk)}] * 2
    second = computed_on(GPU)
    measure(second, nodes)
    with one_reading():
        assert shown() == {("tissue", second.pk)}


def test_of_equals_the_newest_arithmetic_counts(nodes):
    runs = [computed_on(CPU), computed_on(GPU)]
    for run in runs:
        measure(run, nodes)
    assert shown() == {("tissue", runs[1].pk)}


def test_two_devices_of_one_kind_are_one_arithmetic_and_other_profiles_choose_their_own(nodes):
    first, second = computed_on(GPU), computed_on(("cuda:1", "bfloat16"))
    measure(first, nodes)
    measure(second, nodes, scenario="age")
    paper = computed_on(CPU)
    Run.objects.filter(pk=paper.pk).update(profile="paper")
    measure(paper, nodes)
    assert left_out() == []
    assert shown() == {("tissue", first.pk), ("age", second.pk), ("tissue", paper.pk)}
