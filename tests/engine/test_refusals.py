"""Data that cannot answer a task are refused by name, and doubtful pairs are said."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.engine.domains import Domain, DomainError
from benchmarks.engine.domains.domain import UNKNOWN_DIAGNOSIS
from benchmarks.engine.domains.real.leakage import possible_overlap
from benchmarks.engine.tasks.catalog import TASKS
from benchmarks.plan.protocols.comparison.planner import first_subjects
from benchmarks.plan.spec import DomainSpec, Place

SPEC = DomainSpec("csv", "one", "mixed", "t1", "none", 3, 0, 32, 6.0, 2, 0)
DOMAIN = Domain(
    spec=SPEC,
    digest="",
    images=np.zeros((3, 2, 32, 32), dtype=np.float32),
    labels=np.zeros((3, 2, 32, 32), dtype=np.uint8),
    subjects=("anna", "bert", "carl"),
    ages=np.array([30.0, 50.0, 70.0], dtype=np.float32),
    pathology=np.array([0, 1, 0], dtype=np.int8),
    spacing=(5.0, 6.0, 6.0),
    simulated=False,
)


@pytest.mark.parametrize(
    ("task", "changes", "says"),
    [
        ("segmentation", {}, "region: csv at one"),
        ("regression", {"ages": np.array([30, np.nan, 70])}, "no age is known of bert"),
        (
            "classification",
            {"pathology": np.array([1, UNKNOWN_DIAGNOSIS, 0], dtype=np.int8)},
            "no diagnosis is known of bert",
        ),
        ("classification", {"pathology": np.array([True, True, True])}, "every subject of 'mixed'"),
    ],
)
def test_who_has_no_answer_is_named(task, changes, says):
    with pytest.raises(DomainError, match=says):
        TASKS[task].labels(replace(DOMAIN, **changes))


def test_known_answers_pass():
    assert TASKS["classification"].labels(DOMAIN)[:, 0].flatten().tolist() == [0, 1, 0]
    assert TASKS["regression"].labels(DOMAIN)[:, 0].flatten().tolist() == [-1, 0, 1]


@pytest.mark.parametrize(
    ("source", "target", "is_doubtful"),
    [
        ("brats2021", "fets2021", True),
        ("msd-brain", "brats2023", True),
        ("wmh2017", "iseg2019", False),
        ("fets2021", "fets2021", False),  # names are compared there
        ("simulated", "simulated", False),
    ],
)
def test_data_sets_that_drew_on_the_same_patients_are_said(source, target, is_doubtful):
    assert bool(possible_overlap(source, target)) is is_doubtful


def place(world, site="all", contrast="t1"):
    return Place(site=site, cohort="glioma", contrast=contrast, region="wt", world=world)


@pytest.mark.parametrize(
    ("source", "target", "firsts"),
    [
        (place("simulated"), place("simulated", site="borealis"), (1, 5001)),
        (place("brats2021"), place("brats2021", contrast="t2"), (0, 7)),
        (place("wmh2017", site="utrecht"), place("wmh2017", site="ge3t"), (0, 0)),
        (place("simulated"), place("iseg2019"), (1, 0)),
    ],
)
def test_real_subjects_count_from_zero_and_nobody_is_on_both_sides(source, target, firsts):
    assert first_subjects(source, target, 7) == firsts
