import csv

import pytest

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.prisma.flow import BoxJson, flow_boxes, source_wording
from taxonomy.folder.bundled import DATA as BUNDLED

DATA = BUNDLED / "valverde2021"
SEARCHES = [("Scopus", 399), ("Springer (MICCAI 2020)", 34)]


def published() -> dict[str, int]:
    return {row["stage"]: int(row["count"]) for row in _rows()}


def notes() -> dict[str, str]:
    return {row["stage"]: row["note"] for row in _rows()}


def _rows() -> list[dict[str, str]]:
    with (DATA / "prisma_flow.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def bundled_boxes() -> list[BoxJson]:
    return flow_boxes(published(), studies_included=129, searches=SEARCHES, notes=notes())


def counts(boxes: list[BoxJson], column: str) -> dict[str, int | None]:
    return {box["box"]: box["count"] for box in boxes if box["column"] == column}


def reasons(boxes: list[BoxJson], name: str) -> list[tuple[str, int]]:
    box = next(b for b in boxes if b["box"] == name and b["column"] == "databases")
    return [(reason["reason"], reason["count"]) for reason in box["reasons"]]


def test_the_bundled_review_is_restated_in_prisma_2020_boxes() -> None:
    boxes = bundled_boxes()
    assert counts(boxes, "databases") == {
        "records_identified": 433,
        "records_removed_before_screening": 42,
        "records_screened": 391,
        "records_excluded": 220,
        "reports_sought": 171,
        "reports_not_retrieved": 2,
        "reports_assessed": 169,
        "reports_excluded": 42,
    }
    assert counts(boxes, "other_methods") == {
        "records_identified": 2,
        "reports_sought": 2,
        "reports_not_retrieved": 0,
        "reports_assessed": 2,
        "reports_excluded": 0,
    }
    assert counts(boxes, "included") == {"studies_included": 129}


def test_reasons_name_sources_on_the_way_in_and_causes_on_the_way_out() -> None:
    boxes = bundled_boxes()
    assert reasons(boxes, "records_identified") == SEARCHES
    assert reasons(boxes, "records_removed_before_screening") == [
        ("Proceedings volumes", 41),
        ("Corrigendum", 1),
    ]
    assert reasons(boxes, "reports_excluded") == [
        ("Same subject in train and test", 26),
        ("Unrelated to topic", 8),
        ("Unclear", 7),
        ("Poster", 1),
    ]


def test_only_what_is_counted_from_rows_is_not_published() -> None:
    counted = [box["box"] for box in bundled_boxes() if not box["published"]]
    assert counted == ["studies_included"]
    uncounted = flow_boxes(published(), studies_included=None, searches=SEARCHES)
    assert uncounted[-1]["count"] == 129
    assert uncounted[-1]["published"]


def test_the_arithmetic_of_every_column_closes() -> None:
    boxes = bundled_boxes()
    main, other = counts(boxes, "databases"), counts(boxes, "other_methods")
    out = {name: value or 0 for name, value in main.items()}
    assert out["records_identified"] - out["records_removed_before_screening"] == 391
    assert out["reports_sought"] - out["reports_not_retrieved"] == out["reports_assessed"]
    kept = out["reports_assessed"] - out["reports_excluded"]
    assert kept + (other["reports_assessed"] or 0) == 129


@pytest.mark.parametrize("stage", ["records_screened", "reports_excluded", "studies_included"])
def test_a_missing_stage_is_named(stage: str) -> None:
    stages = {name: count for name, count in published().items() if name != stage}
    with pytest.raises(RuleViolation, match=f"'{stage}' is missing") as caught:
        flow_boxes(stages, studies_included=129, searches=SEARCHES)
    assert list(caught.value.errors) == [stage]


@pytest.mark.parametrize(
    ("changed", "blamed"),
    [
        ({"records_identified_scopus": 400}, "records_identified_total"),
        ({"records_screened": 390}, "records_screened"),
        ({"reports_assessed": 170}, "reports_assessed"),
        ({"excluded_poster": 2}, "reports_excluded"),
        ({"studies_added_other_methods": 3}, "studies_included"),
        ({"records_excluded": -1}, "records_excluded"),
    ],
)
def test_stages_that_contradict_each_other_are_refused(
    changed: dict[str, int], blamed: str
) -> None:
    with pytest.raises(RuleViolation, match=f"stage '{blamed}'"):
        flow_boxes({**published(), **changed}, studies_included=129, searches=SEARCHES)


def test_a_source_that_speaks_prisma_2020_is_taken_at_its_word() -> None:
    stages = {
        **{name: n for name, n in published().items() if name != "excluded_inaccessible"},
        "reports_sought": 171,
        "reports_not_retrieved": 2,
        "reports_assessed": 169,
        "reports_excluded": 42,
    }
    boxes = flow_boxes(stages, studies_included=129, searches=SEARCHES, notes=notes())
    assert boxes == bundled_boxes()
    assert source_wording(stages) == ""
    with pytest.raises(RuleViolation, match="'reports_assessed' is 170"):
        flow_boxes({**stages, "reports_assessed": 170}, studies_included=1, searches=SEARCHES)


def test_a_new_review_has_every_box_and_no_invented_count() -> None:
    boxes = flow_boxes({}, studies_included=0, searches=[("PubMed", None)])
    assert [box["box"] for box in boxes] == [box["box"] for box in bundled_boxes()]
    assert {box["count"] for box in boxes[:-1]} == {None}
    assert boxes[-1]["count"] == 0


def test_a_new_review_with_searches_reports_their_hits() -> None:
    boxes = flow_boxes({}, studies_included=0, searches=[("PubMed", 10), ("Embase", 5)])
    assert boxes[0]["count"] == 15
    assert reasons(boxes, "records_identified") == [("PubMed", 10), ("Embase", 5)]


def test_searches_that_do_not_add_up_give_way_to_the_published_sources() -> None:
    boxes = flow_boxes(published(), studies_included=129, searches=[("PubMed", 7)])
    assert reasons(boxes, "records_identified") == [("Scopus", 399), ("Springer", 34)]


def test_a_remark_whose_numbers_do_not_add_up_is_not_a_reason() -> None:
    remarks = {"removed_before_screening": "40 proceedings volumes, 1 corrigendum"}
    boxes = flow_boxes(published(), studies_included=129, searches=SEARCHES, notes=remarks)
    assert reasons(boxes, "records_removed_before_screening") == []


def test_the_sources_own_wording_stands_beside_the_restated_counts() -> None:
    wording = source_wording(published())
    assert "171 were reviewed" in wording
    assert "44 discarded" in wording
    assert source_wording({}) == ""
