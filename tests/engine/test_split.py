"""Draws of people: seeds are independent repetitions on the same test people."""

import itertools
from types import SimpleNamespace

from benchmarks.engine.steps.comparison.split import draw
from benchmarks.plan.protocols.comparison.steps import Sides, SplitStep


def targets(*, seeds=5, alternates=False, sizes=(12, 4, 12)):
    return [
        draw(SimpleNamespace(step=SplitStep(
            parents=Sides(target="a" * 64), seed=seed, alternates=alternates, target=sizes
        )))["target"]
        for seed in range(seeds)
    ]  # fmt: skip


def test_no_two_seeds_share_anybody_but_the_test_people():
    """With one pool of 16 for all seeds, 2 labelled people were the same under two of three."""
    found = targets()
    for one, other in itertools.combinations(found, 2):
        assert one["test"] == other["test"]
        own, theirs = ({*part["pool"], *part["validation"]} for part in (one, other))
        assert not own & theirs
    everyone = {*found[0]["test"]}.union(*({*f["pool"], *f["validation"]} for f in found))
    assert everyone == set(range(12 + 5 * 16))


def test_two_labelled_people_are_one_of_each_class_under_every_seed():
    for part in targets(alternates=True, sizes=(5, 2, 12)):
        assert {number % 2 for number in part["pool"][:2]} == {0, 1}
        assert sorted(number % 2 for number in part["test"]) == [0] * 6 + [1] * 6
