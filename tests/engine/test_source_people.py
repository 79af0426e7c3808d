"""People of source selection: no seed shares labelled people, or no comparison has a verdict."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.engine.steps.source_selection.compare_sources import compare_sources
from benchmarks.engine.steps.source_selection.people import draw
from benchmarks.engine.tasks.catalog import SEGMENTATION
from benchmarks.plan.profiles import SMOKE
from benchmarks.plan.protocols.source_selection.steps import (
    ComparedSources,
    CompareSourcesStep,
    Counted,
    PeopleStep,
)
from benchmarks.plan.steps.shared import ComparedCell
from benchmarks.plan.verdict_rules import SHARED_PEOPLE

SEEDS = range(5)


def drawn(there=None):
    """Return each seed's draw of 12, 3 and 12 people from a group of ``there``."""
    group = {"subjects": [str(number) for number in range(there or 0)]}
    steps = [
        PeopleStep(
            parents=Counted("d" * 64 if there else None), seed=seed, seeds=len(SEEDS),
            people="fets", train=12, validation=3, test=12, label="draw",
        )
        for seed in SEEDS
    ]  # fmt: skip
    return [draw(SimpleNamespace(step=step, outputs=lambda *_: group)) for step in steps]


@pytest.mark.parametrize("there", [None, 87, 100])
def test_seeds_share_the_people_who_test_and_nobody_else(there):
    found = drawn(there)
    assert {tuple(parts["test"]) for parts in found} == {tuple(range(12))}
    own = [{*parts["train"], *parts["validation"]} for parts in found]
    assert not any(one & other for one, other in combinations(own, 2))
    assert set().union(*own) == set(range(12, 87))
    assert not any(parts["shared"] for parts in found)


@pytest.mark.parametrize("there", [27, 86, 10])
def test_a_group_too_small_for_that_says_that_seeds_share_its_people(there):
    found = drawn(there)
    assert all(parts["shared"] for parts in found)
    for parts in found:
        people = [*parts["train"], *parts["validation"], *parts["test"]]
        assert len(people) == len(set(people))
        assert max(people) < there


def compared(*, shared):
    """Return the rows of one target whose source is 0.1 better for every person and seed."""
    rng = np.random.default_rng(0)
    outputs = {}
    for seed in SEEDS:
        base = 0.6 + 0.01 * rng.standard_normal(12)
        for name, scores in (("tuned", base + 0.1), ("scratch", base)):
            noisy = scores + 0.005 * rng.standard_normal(12)
            subjects = [{"dice": s, "nsd": s, "hd95": 9 - s} for s in noisy.tolist()]
            fit = f"{name}-fit-{seed}"
            outputs[f"{name}-{seed}"] = {
                "rules": {"target_validation": {"subjects": subjects}},
                "strata": [0] * 12, "fit": fit,
            }  # fmt: skip
            outputs[fit] = {"labelled": 12, "validated": 3, "shared": shared, "cost": {}}
    tuned, scratch = (tuple(f"{name}-{s}" for s in SEEDS) for name in ("tuned", "scratch"))
    about = {"scenario": "et-from-ed", "node": None, "n_target": 12}
    step = CompareSourcesStep(
        parents=ComparedSources(target="d" * 64, tests=(*tuned, *scratch)),
        task="segmentation", scenario="et", seeds=5, simulated=True, metric="dice",
        rule="target_validation", level=0.05, withheld=None, label="compare",
        cells=(
            ComparedCell(strategy="target_only", evaluations=scratch, **about),
            ComparedCell(
                strategy="frozen_encoder", evaluations=tuned, baseline="target_only",
                baseline_evaluations=scratch, **about,
            ),
        ),
    )  # fmt: skip
    context = SimpleNamespace(
        step=step, task=SEGMENTATION, failed={}, progress=lambda *_: None,
        plan_steps=dict.fromkeys((*tuned, *scratch)),
        outputs=lambda address, kind: outputs[address],
        domain_step=lambda _side: SimpleNamespace(spec=SMOKE),  # with its size of images
    )  # fmt: skip
    rows = compare_sources(context)["results"]
    return next(row for row in rows if row["metric"] == "dice" and row["baseline"])


def test_a_clear_gain_has_its_verdict_and_counts_those_who_chose_the_checkpoint():
    row = compared(shared=False)
    assert (row["verdict"], row["withheld"]) == ("gain", None)
    assert row["gain_low"] < 0.1 < row["gain_high"]
    assert row["detail"]["labelled_people"] == 15


def test_where_seeds_share_labelled_people_there_is_no_verdict_and_the_reason():
    row = compared(shared=True)
    assert (row["verdict"], row["withheld"]) == (None, SHARED_PEOPLE)
