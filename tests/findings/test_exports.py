"""The CSV layouts of challengeR and of Claims Reloaded."""

import csv
import io

import pytest

from benchmarks.findings.exports import SubjectScores, challenger_rows, claims_rows
from reviewdb.common.tables_out import to_csv

OURS = SubjectScores("tissue", 2, "dann", (0.266, None))
THEIRS = SubjectScores("tissue", 2, "source_only", (0.202, 0.945))


def read(rows):
    return list(csv.reader(io.StringIO(to_csv(rows))))


def test_challengers_layout_has_a_row_per_case_and_algorithm():
    assert read(challenger_rows([OURS, THEIRS])) == [
        ["Task", "TestCase", "Algorithm", "MetricValue"],
        ["tissue, 2 labelled", "case1", "dann", "0.266"],
        ["tissue, 2 labelled", "case2", "dann", "NA"],
        ["tissue, 2 labelled", "case1", "source_only", "0.202"],
        ["tissue, 2 labelled", "case2", "source_only", "0.945"],
    ]


def test_claims_reloadeds_layout_has_a_column_per_algorithm():
    assert read(claims_rows([OURS, THEIRS])) == [
        ["case_id", "alg_dann", "alg_source_only"],
        ["1", "0.266", "0.202"],
        ["2", "", "0.945"],
    ]


def test_two_test_sets_do_not_fit_one_file():
    with pytest.raises(ValueError, match="one test set"):
        claims_rows([OURS, SubjectScores("tumour", 2, "dann", (0.5, 0.6))])
