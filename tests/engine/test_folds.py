"""Folds over the target's people: each is tested once, near copies are never parted."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.engine.domains import DomainError
from benchmarks.engine.steps.comparison.folds import draw
from benchmarks.engine.steps.comparison.tested import joined
from benchmarks.plan.protocols.comparison.steps import FoldStep, Sides
from tests.engine.real.trees import drawing

FIVE = FoldStep(
    parents=Sides(target="a" * 64, source="b" * 64),
    fold=0,
    folds=5,
    by_class=False,
    labelled=8,
    target=(9, 3, 3),
    source=(16, 4, 4),
)


def domain(seeds, ill=None):
    images = np.array([[drawing(seed, size=64)] for seed in seeds], dtype=np.float32)
    names = tuple(f"p{number:02d}" for number in range(len(images)))
    site = SimpleNamespace(site="here")
    return SimpleNamespace(images=images, subjects=names, pathology=np.array(ill), spec=site)


def drawn(step, target, source):
    domains, warnings = {"target": target, "source": source}, []
    progress = SimpleNamespace(warn=warnings.append)
    context = SimpleNamespace(step=step, domain=domains.get, progress=progress)
    return draw(context), warnings


def all_folds(step, target, source):
    return [drawn(replace(step, fold=fold), target, source)[0] for fold in range(step.folds)]


SOURCE = domain(range(100, 124))


def test_everybody_is_tested_once_and_never_trained_on_in_that_fold():
    folds = all_folds(FIVE, domain(range(15)), SOURCE)
    assert sorted(n for fold in folds for n in fold["target"]["test"]) == list(range(15))
    for fold in folds:
        parts = [set(fold["target"][name]) for name in ("pool", "validation", "test")]
        assert [len(part) for part in parts] == [9, 3, 3]
        assert set.union(*parts) == set(range(15))
        sizes = [len(fold["source"][name]) for name in ("train", "validation", "test")]
        assert sizes == [16, 4, 4]


def test_neighbours_in_the_order_of_names_are_in_different_folds():
    """A group of scanners whose names follow one another is spread over the folds."""
    for fold in all_folds(FIVE, domain(range(15)), SOURCE):
        assert np.diff(fold["target"]["test"]).tolist() == [5, 5]


def test_near_copies_are_in_one_part_and_reported():
    target = domain([0, 1, 2, 0, *range(4, 15)])
    for fold in all_folds(FIVE, target, SOURCE):
        assert fold["near_copies"] == [["target p00", "target p03"]]
        (where,) = {name for name, part in fold["target"].items() if {0, 3} & set(part)}
        assert {0, 3} <= set(fold["target"][where])
    _, warnings = drawn(FIVE, target, SOURCE)
    assert "1 groups of people" in warnings[0]
    assert "target p00 = target p03" in warnings[0]


def test_source_people_who_are_near_copies_of_target_people_are_left_out():
    source = domain([7, *range(100, 123)])
    for fold in all_folds(FIVE, domain(range(15)), source):
        assert fold["near_copies"] == [["source p00", "target p07"]]
        assert 0 not in [n for part in fold["source"].values() for n in part]
        assert sum(len(part) for part in fold["source"].values()) == 23


def test_a_diagnosis_is_dealt_by_class():
    ill = [number % 3 == 0 for number in range(20)]
    step = replace(FIVE, by_class=True)
    source = domain(range(100, 124), ill=[number < 8 for number in range(24)])
    for fold in all_folds(step, domain(range(20), ill), source):
        for part in ("test", "validation"):
            assert {ill[number] for number in fold["target"][part]} == {True, False}
        assert {ill[number] for number in fold["target"]["pool"][:2]} == {True, False}
        assert {number < 8 for number in fold["source"]["test"]} == {True, False}


@pytest.mark.parametrize(
    ("people", "folds", "says"),
    [
        (4, 5, "4 people cannot be divided into 5 folds; ask for fewer"),
        (9, 3, "fold 1 of 3 at here leaves 4 people for labels, but 8 are needed"),
    ],
)
def test_too_few_people_are_refused_with_the_remedy(people, folds, says):
    with pytest.raises(DomainError, match=says):
        drawn(replace(FIVE, folds=folds), domain(range(people)), SOURCE)


def test_folds_are_joined_in_the_order_of_people():
    def fold(people, scores):
        subjects = [{"dice": score} for score in scores]
        rules = {"last": {"subjects": subjects, "source": 0.5}}
        return {"test_subjects": people, "strata": [0] * len(people), "rules": rules, "fit": "f"}

    found = joined([fold([0, 2], [0.1, 0.3]), fold([1, 3], [0.2, 0.4])])
    assert found["test_subjects"] == [0, 1, 2, 3]
    assert [one["dice"] for one in found["rules"]["last"]["subjects"]] == [0.1, 0.2, 0.3, 0.4]
