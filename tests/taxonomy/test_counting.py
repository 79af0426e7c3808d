import csv
from typing import Any

import pytest

from reviewdb.reviews.models import Review
from taxonomy.counting.reconciliation import by_cause, reconcile
from taxonomy.counting.rows import Cell, FiledApproach, NodeRow, ReviewCounts, Stated
from taxonomy.counting.tables import strategies_table, tasks_table
from taxonomy.counting.tree import taxonomy_graph, tree_json
from taxonomy.folder.bundled import DATA
from taxonomy.selectors import tables
from taxonomy.selectors.counts import review_counts
from taxonomy.selectors.nodes import node_get, node_studies, node_tree
from taxonomy.selectors.published import document_json, review_tables
from taxonomy.statements import statements

NODES = tuple(
    NodeRow(path, name)
    for path, name in [
        ("feature", "Feature"),
        ("feature/direct", "Direct"),
        ("feature/indirect", "Indirect"),
        ("relational", "Relational"),
    ]
)


def published(name: str) -> list[dict[str, str]]:
    path = DATA / "valverde2021" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counts(*filed: tuple[str, str, str], stated: tuple[Stated, ...] = ()) -> ReviewCounts:
    studies = tuple(dict.fromkeys(study for study, _, _ in filed))
    approaches = tuple(FiledApproach(*row) for row in filed)
    return ReviewCounts(studies, NODES, approaches, stated)


def test_the_strategies_table_is_table_4_but_for_what_reconciliation_lists(review: Review) -> None:
    differences = {
        (row["row"], row["column"])
        for row in tables.reconciliation(review)
        if row["table"] == "table4_strategies" and row["agrees"] is False
    }
    ours = {
        tuple(filter(None, (row["type"], row["subtype"], row["subsubtype"]))): row
        for row in tables.strategies_table(review)
    }
    found = set()
    for line in published("table4_strategies"):
        for names, prefix in (
            ((line["type"],), "type_"),
            (
                tuple(filter(None, (line["type"], line["subtype"], line["subsubtype"]))),
                "",
            ),
        ):
            row = ours[names]
            if row["approaches"] != int(line[f"{prefix}approaches"]):
                found.add((" / ".join(names), "approaches"))
            if row["percent_of_studies"] != float(line[f"{prefix}percent_of_129"]):
                found.add((" / ".join(names), "percent_of_129"))
    assert found == differences
    assert len(ours) == 12


def test_the_differences_of_the_bundled_review_and_their_causes(review: Review) -> None:
    found = {
        (row["row"], row["column"]): row
        for row in tables.reconciliation(review)
        if row["agrees"] is False
    }
    assert {place: (row["published"], row["counted"]) for place, row in found.items()} == {
        ("Feature / Symmetric / Direct", "approaches"): (17, 18),
        ("Feature / Symmetric / Direct", "percent_of_129"): (13.18, 13.95),
        ("Feature / Symmetric / Indirect", "approaches"): (14, 13),
        ("Feature / Symmetric / Indirect", "percent_of_129"): (10.85, 10.08),
        ("Parameter / Parameter sharing / Multiple", "percent_of_129"): (12.4, 10.85),
    }
    moved = str(found["Feature / Symmetric / Direct", "approaches"]["cause"])
    assert "likely reference 68" in moved
    assert "reference 76" in moved
    repeated = found["Parameter / Parameter sharing / Multiple", "percent_of_129"]["cause"]
    assert "reference 146 counts 3 times" in str(repeated)


def test_one_cause_of_several_differences_is_told_as_one(review: Review) -> None:
    causes = by_cause(tables.reconciliation(review))
    assert [len(rows) for rows in causes] == [4, 1]
    assert {row["row"].rpartition(" / ")[2] for row in causes[0]} == {"Direct", "Indirect"}
    assert causes[1][0]["row"] == "Parameter / Parameter sharing / Multiple"


def test_reconciliation_covers_every_published_count(review: Review) -> None:
    rows = tables.reconciliation(review)
    per_table = {
        "table3_tasks_applications": 29 + 2 * 4,
        "table4_strategies": 2 * (9 + 3),
        "prisma_flow": 15,
    }
    for table, number in per_table.items():
        assert sum(row["table"] == table for row in rows) == number
    for row in rows:
        if row["counted"] is None:
            assert row["agrees"] is None
            assert "not recountable" in str(row["cause"])
        else:
            assert row["agrees"] == (row["published"] == row["counted"])
            assert (row["cause"] is None) == row["agrees"]


def test_a_count_that_no_sibling_makes_up_for_has_another_cause() -> None:
    table = [
        {
            "type": "Feature",
            "type_approaches": 2,
            "type_percent_of_2": 100,
            "subtype": name,
            "subsubtype": None,
            "approaches": 1,
            "percent_of_2": 50,
        }
        for name in ("Direct", "Indirect")
    ]
    filed = counts(
        ("1", "feature/direct", "a"), ("1", "feature/direct", "b"), ("2", "feature/indirect", "c")
    )
    rows = reconcile({"table4_strategies": table}, filed)
    different = {(row["row"], row["column"]): row["cause"] for row in rows if not row["agrees"]}
    assert set(different) == {("Feature", "approaches"), ("Feature / Direct", "approaches")}
    assert "no sibling" in str(different["Feature / Direct", "approaches"])


def test_a_study_under_two_leaves_counts_once_above_them() -> None:
    filed = counts(("1", "feature/direct", "a"), ("1", "feature/indirect", "b"))
    (feature, relational) = tree_json(taxonomy_graph(filed))
    assert (feature["approaches"], feature["studies"]) == (2, 1)
    assert [child["studies"] for child in feature["children"]] == [1, 1]
    assert (relational["approaches"], relational["children"]) == (0, [])
    assert [row["type"] for row in strategies_table(filed)] == ["Feature"] * 3


def test_a_review_without_approaches_has_an_empty_table() -> None:
    assert strategies_table(counts()) == []


def test_a_total_is_recounted_only_where_every_application_is() -> None:
    table: list[dict[str, Cell]] = [
        {"task": "T", "task_studies": 3, "application": name, "studies": number}
        for name, number in (("a", 2), ("b", 1))
    ]
    one = [Stated("1", "task", "T"), Stated("1", "application", "a")]
    assert [row["recounted"] for row in tasks_table(table, one)] == [None, 1, None]
    both = [*one, Stated("2", "task", "T"), Stated("2", "application", "b")]
    assert [row["recounted"] for row in tasks_table(table, both)] == [2, 1, 1]


def test_tasks_that_the_rows_do_not_state_are_null(review: Review) -> None:
    rows = tables.tasks_table(review)
    totals = {row["task"]: row["published"] for row in rows if row["application"] is None}
    assert totals == {"Classification": 68, "Segmentation": 45, "Regression": 12, "Others": 15}
    said = {row["application"] for row in rows if row["recounted"] is not None}
    assert {"Aneurysm", "Image fusion", "Tumor cell density"} <= said
    assert len(said) == 13


def test_the_tree_has_the_gap_of_the_review(review: Review) -> None:
    roots = {node["path"]: node for node in node_tree(review)}
    assert list(roots) == ["instance", "feature", "parameter", "relational"]
    assert (roots["parameter"]["approaches"], roots["parameter"]["studies"]) == (87, 85)
    assert roots["relational"]["studies"] == 0


def test_a_nodes_studies_are_those_at_and_below_it(review: Review) -> None:
    assert node_studies(node_get("feature/symmetric")).count() == 31
    assert node_studies(node_get("parameter/parameter-sharing/multiple-models")).count() == 14


def test_the_sources_arithmetic_is_checked(review: Review) -> None:
    found = document_json("valverde2021")["statements"]
    wrong = [row for row in found if row["agrees"] is not True]
    assert [(row["published"], row["recomputed"]) for row in wrong] == [
        (433, 391),
        (11.63, 12.4),
        (65.89, 67.44),
    ]
    assert all(row["explanation"] for row in wrong)
    applications = next(row for row in found if row["published"] == 29)
    assert "by name alone 28" in applications["explanation"]


def test_a_statement_whose_parts_are_missing_says_so(review: Review) -> None:
    tables_ = dict(review_tables(review))
    tables_["prisma_flow"] = [
        row for row in tables_["prisma_flow"] if row["stage"] != "records_identified_scopus"
    ]
    first: Any = statements("valverde2021", tables_)[0]
    assert (first["recomputed"], first["agrees"]) == (None, None)
    assert "records_identified_scopus" in first["explanation"]


def test_a_document_without_statements_has_none() -> None:
    assert statements("unheard-of", {}) == []


@pytest.mark.parametrize(
    ("read", "budget"),
    [
        (tables.strategies_table, 5),
        (tables.tasks_table, 6),
        (tables.reconciliation, 6),
        (node_tree, 5),
        (review_counts, 5),
    ],
)
def test_counting_keeps_its_query_budget(
    review: Review, read: Any, budget: int, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(budget):
        read(review)
