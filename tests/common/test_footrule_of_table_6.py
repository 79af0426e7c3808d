"""Table VI from Tables IV and V, and how ties are told."""

import csv
import itertools

import numpy as np
import pytest

from reviewdb.common.footrule import FootruleError, footrule_top_k, true_ranks
from taxonomy.folder.bundled import DATA
from tests.common.reference.tied_footrule import tied_footrule

TABLES = DATA / "li2023"
COLUMNS = {"H-score": "h_score", "OTCE": "otce"}


def rows(name):
    with (TABLES / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cell(target, metric, prior_knowledge, k):
    """One cell of Table VI worked out from Table IV or V."""
    tasks = [row for row in rows("table4_5_transferability") if row["target"] == target]
    modality = target.split("-")[-1]
    truth = {row["source"]: float(row["dice"]) for row in tasks}
    scores = {row["source"]: float(row[COLUMNS[metric]]) for row in tasks}
    if prior_knowledge == "yes":  # same modality, and ED for a target of ET
        parts = {name: name.split("-") for name in scores}
        scores = {
            name: value
            for name, value in scores.items()
            if parts[name][0] == "ED" and parts[name][2] == modality
        }
    return tied_footrule(truth, scores, k)


PUBLISHED = {
    (row["target"], row["metric"], row["prior_knowledge"], k): int(row[f"top{k}"])
    for row in rows("table6_spearman_footrule")
    for k in (1, 2, 3, 4)
}
TIED_CELL = ("ET-20-T1", "OTCE", "no", 3)


@pytest.mark.parametrize("key", sorted(PUBLISHED.keys() - {TIED_CELL}))
def test_published_cell_follows_from_the_published_scores(key):
    assert cell(*key).value == PUBLISHED[key]


def test_the_one_other_cell_hangs_on_a_tie_of_printed_scores():
    found = cell(*TIED_CELL)
    assert found.value == 21  # in the order of the table
    assert (found.lowest, found.highest) == (17, 21)
    assert PUBLISHED[TIED_CELL] == 17  # NCR-14-T2 before ED-14-T2
    assert found.tied == (("ED-14-T2", "NCR-14-T2"),)


def test_only_that_cell_depends_on_a_tie_of_scores():
    open_cells = [k for k in PUBLISHED if cell(*k).lowest != cell(*k).highest]
    assert open_cells == [TIED_CELL]


def test_equal_truth_shares_the_better_place():
    assert true_ranks({"a": 0.6, "b": 0.7, "c": 0.6, "d": 0.5}) == {"a": 2, "b": 1, "c": 2, "d": 4}


def test_extremes_are_those_of_all_orders_of_tied_scores():
    rng = np.random.default_rng(0)
    for _ in range(20):
        names = [f"s{i}" for i in range(5)]
        truth = dict(zip(names, rng.integers(0, 5, 5).astype(float), strict=True))
        scores = dict(zip(names, rng.integers(0, 3, 5).astype(float), strict=True))
        k = int(rng.integers(1, 6))
        found = tied_footrule(truth, scores, k)
        every = {
            footrule_top_k(truth, {n: scores[n] for n in order}, k)
            for order in itertools.permutations(names)
        }
        assert (found.lowest, found.highest) == (min(every), max(every))


def test_example_of_the_supplement():
    truth = {"a": 3.0, "b": 2.0, "c": 1.0}
    assert footrule_top_k(truth, {"b": 3.0, "a": 2.0, "c": 1.0}, 3) == 2


@pytest.mark.parametrize(
    ("scores", "k", "reason"),
    [
        ({"a": float("nan")}, 1, "score is not a number for a"),
        ({"a": 1.0}, 2, "top 2 of 1 candidates"),
        ({}, 1, "of 0 candidates"),
        ({"z": 1.0}, 1, "without a true value: z"),
    ],
)
def test_refuses_what_has_no_footrule(scores, k, reason):
    with pytest.raises(FootruleError, match=f"ET-20: .*{reason}"):
        footrule_top_k({"a": 1.0, "b": 2.0}, scores, k, target="ET-20")
