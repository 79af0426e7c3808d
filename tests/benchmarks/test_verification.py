"""Which tests of a run are computed again, and with what their scores are compared.

The engine is pretended: it writes chosen scores, so that only the comparison is tested here.
"""

import json

import pytest
from django.core.management import call_command

from benchmarks.models import Result, Run
from benchmarks.plan.outputs import step_folder
from benchmarks.plan.plans import Plan
from benchmarks.plan.steps.shared import ComparedCell
from benchmarks.running import verification
from benchmarks.running.verification import run_verify
from benchmarks.services.runs import run_request
from reviewdb.common.errors import RuleViolation

RULE = "last"
MACHINE = {
    "device": dict.fromkeys(("name", "processor", "instructions", "precision", "threads"), "x"),
    "versions": dict.fromkeys(("torch", "numpy", "scipy", "monai"), "1"),
}


def cells_of(run):
    steps = Plan.from_json(run.plan).steps
    cells = [c for s in steps for c in getattr(s, "cells", ()) if isinstance(c, ComparedCell)]
    return list({(c.scenario, c.strategy, c.n_target): c for c in cells}.values())


def score_of(address):
    """A number that tells the tests apart."""
    return round(int(address[:6], 16) / 16**6, 6)


def stored(run, cell, scores, **columns):
    detail = {"scores": scores, **columns.pop("detail", {})}
    about = {"n_target": cell.n_target, "seeds": len(cell.evaluations), **columns}
    return Result.objects.create(
        run=run, scenario=cell.scenario, strategy=cell.strategy, metric="dice", selection=RULE,
        simulated=True, detail=detail, **about,
    )  # fmt: skip


@pytest.fixture
def computed(monkeypatch):
    """The addresses of the steps that the pretended engine was asked for."""
    asked = []
    people = {}

    def compute(plan, run, place, progress):
        for step in plan.steps:
            asked.append(step.address)
            tested = people.get(step.address, [0])
            subjects = [{"dice": score_of(step.address) + number} for number in tested]
            folder = step_folder(place, step.address)
            folder.mkdir(parents=True)
            outputs = {"rules": {RULE: {"subjects": subjects}}, "test_subjects": tested}
            (folder / "outputs.json").write_text(json.dumps(outputs))
        return MACHINE

    monkeypatch.setattr(verification, "_compute", compute)
    compute.people, compute.asked = people, asked
    return compute


def made(benchmark, **changes):
    run = run_request(benchmark=benchmark, profile="smoke", seeds=2, **changes)
    Run.objects.filter(pk=run.pk).update(provenance=MACHINE)
    return Run.objects.get(pk=run.pk)


def test_a_strategy_means_all_of_its_tests_and_a_changed_score_is_found(
    home, nodes, computed, capsys
):
    run = made("site-shift", strategies=["full_fine_tuning", "dann"])
    for cell in cells_of(run):
        stored(run, cell, [[score_of(address)] for address in cell.evaluations])
    own = [c for c in cells_of(run) if c.strategy == "dann"]
    tests = [address for cell in own for address in cell.evaluations]

    found = run_verify(run, strategy="dann")
    assert (found["steps"], found["checked"], found["equal"]) == (
        len(tests),
        len(tests),
        len(tests),
    )
    assert found["different"] == []
    assert set(tests) <= set(computed.asked)
    other = next(c for c in cells_of(run) if c.strategy == "full_fine_tuning")
    assert not set(other.evaluations) & set(computed.asked)

    row = run.results.filter(strategy="dann").first()
    row.detail["scores"][1][0] += 1e-6
    row.save()
    with pytest.raises(SystemExit):
        call_command("verify_run", str(run.pk), "--strategy", "dann", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["checked"] == told["equal"] + 1 == len(tests)
    [different] = told["different"]
    assert "dann" in different["what"]
    assert "seed 1" in different["what"]


def test_a_strategy_that_the_run_does_not_have_is_refused_with_those_it_has(home, nodes, computed):
    run = made("site-shift", strategies=["full_fine_tuning"])
    for cell in cells_of(run):
        stored(run, cell, [[score_of(address)] for address in cell.evaluations])
    with pytest.raises(RuleViolation, match=r"no test of 'cut'; there are: full_fine_tuning, "):
        run_verify(run, strategy="cut")


@pytest.mark.parametrize("missing", [0, 1])
def test_source_selection_is_verified_though_a_group_has_fewer_people(
    home, nodes, computed, missing
):
    run = made("source-selection")
    cells = [cell for cell in cells_of(run) if cell.baseline]
    cell = cells[0]
    stored(
        run, cell, [[score_of(address)] for address in cell.evaluations],
        n_target=cell.n_target - missing,
    )  # fmt: skip
    found = run_verify(run, strategy=cell.strategy)
    assert found["steps"] == found["checked"] == found["equal"] == len(cell.evaluations)


def test_each_fold_of_a_cross_validation_is_compared_with_its_own_people(home, nodes, computed):
    run = made("site-shift", strategies=["full_fine_tuning"])
    cell = next(c for c in cells_of(run) if c.strategy == "full_fine_tuning")
    first, second = cell.evaluations
    computed.people.update({first: [0, 2], second: [1, 3]})
    one, other = score_of(first), score_of(second)
    scores = [[one, other + 1, one + 2, other + 3]]
    stored(run, cell, scores, seeds=1, detail={"folds": 2})
    found = run_verify(run, strategy="full_fine_tuning")
    assert found["checked"] == found["equal"] == 2
