"""A folder's prisma_flow.csv: refused where it does not add up; pages bear what is stored."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Review
from reviewdb.reviews.prisma.diagram import LABELS
from taxonomy.models import PublishedValue
from taxonomy.selectors.flow import flow_diagram, review_flow
from taxonomy.services.loading import review_load

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parents[1] / "reviews" / "data" / "prisma"
Edit = Callable[[str, int, str], None]


def load_flow(folder: Path, case: str) -> Review:
    shutil.copy(CASES / f"{case}.csv", folder / "prisma_flow.csv")
    review_load(slug="small", folder=folder)
    return Review.objects.get(slug="small")


def reasons(review: Review, name: str) -> list[tuple[str, int]]:
    box = next(box for box in review_flow(review).boxes if box["box"] == name)
    return [(reason["reason"], reason["count"]) for reason in box["reasons"]]


def test_one_reason_is_shown_once_and_no_empty_one_beside_it(folder: Path) -> None:
    review = load_flow(folder, "one_reason")
    assert reasons(review, "reports_excluded") == [("No relevant outcome", 3)]
    assert "No relevant outcome" in flow_diagram(review)


def test_a_reason_with_nobody_in_it_was_applied_and_is_shown(folder: Path) -> None:
    review = load_flow(folder, "reason_with_zero")
    assert reasons(review, "reports_excluded") == [("Children", 0), ("Phantoms", 2)]


def test_stages_that_do_not_add_up_are_refused_by_line(folder: Path, edit: Edit) -> None:
    with pytest.raises(RuleViolation) as refusal:
        load_flow(folder, "does_not_add_up")
    assert set(refusal.value.errors) == {"prisma_flow.csv:2:count"}
    edit("prisma_flow", 2, "records_identified_total,1234,")
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="small", folder=folder)
    assert set(refusal.value.errors) == {"prisma_flow.csv:9:count"}
    text = refusal.value.errors["prisma_flow.csv:9:count"][0]
    assert "is 7" in text
    assert "give 6" in text
    assert not Review.objects.exists()


def test_reasons_that_do_not_add_up_are_refused_by_line(folder: Path, edit: Edit) -> None:
    lines = (folder / "prisma_flow.csv").read_text(encoding="utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if line.startswith("excluded_poster"))
    edit("prisma_flow", number, "excluded_poster,9,")
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="valverde2021", folder=folder)
    (place,) = refusal.value.errors
    assert place.startswith("prisma_flow.csv:")
    assert "reports_excluded" in refusal.value.errors[place][0]


def test_reports_excluded_without_reasons_are_no_contradiction(folder: Path) -> None:
    path = folder / "prisma_flow.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if not row.startswith("excluded_")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    review_load(slug="valverde2021", folder=folder)
    boxes = review_flow(Review.objects.get()).boxes
    assert next(box["count"] for box in boxes if box["box"] == "reports_excluded") == 44


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("excluded_poster", {"text": "9", "number": 9}),
        ("reports_excluded", {"text": "1,234", "number": None}),
        ("studies_included", {"text": "", "number": None}),
        ("records_screened", {"text": "3.5", "number": 3.5}),
    ],
)
def test_pages_and_exports_bear_a_flow_that_was_stored_before_it_was_checked(
    review: Review, client: Client, stage: str, change: dict[str, Any]
) -> None:
    cells = PublishedValue.objects.filter(document__slug="valverde2021", table="prisma_flow")
    row = cells.get(column="stage", text=stage).row
    cells.filter(row=row, column="count").update(**change)
    flow = review_flow(review)
    assert flow.warning
    assert not any(box.get("derived") for box in flow.boxes if box["column"] == "databases")
    for address in ("/", "/tables/", "/published/valverde2021/", "/published/"):
        assert client.get(address).status_code == 200, address
    assert "PRISMA flow: stage" in client.get("/").content.decode()
    for address in ("flow/", "reconciliation/", "tables/strategies/", "tables/tasks/"):
        assert client.get(f"/api/v1/reviews/{review.slug}/{address}").status_code == 200, address
    assert client.get("/api/v1/published/valverde2021/").status_code == 200


def test_a_count_that_was_worked_out_is_not_marked_as_published(review: Review) -> None:
    derived = {
        box["box"] for box in review_flow(review).boxes
        if box["derived"] and box["column"] == "databases"
    }  # fmt: skip
    assert derived == {
        "reports_sought", "reports_not_retrieved", "reports_assessed", "reports_excluded"
    }  # fmt: skip
    assert LABELS["reports_sought"] in flow_diagram(review)
    assert "Count worked out from published ones" in flow_diagram(review)


def test_statements_are_kept_from_tables_that_lack_what_they_are_about(
    review: Review, client: Client
) -> None:
    PublishedValue.objects.filter(document__slug="li2023", column="h_score").delete()
    response = client.get("/published/li2023/")
    assert response.status_code == 200
    assert "lack what its statements are about" in response.content.decode()


@pytest.mark.parametrize(
    ("table", "header"),
    [
        (
            "table4_strategies",
            "type,type_approaches,type_percent_of_9,subtype,subsubtype,approaches,percent_of_129",
        ),
        ("table3_tasks_applications", "task,task_studies,percent_of_a b,application,studies"),
    ],
)
def test_shares_of_two_wholes_are_refused(
    folder: Path, edit: Edit, table: str, header: str
) -> None:
    edit(table, 1, header)
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="valverde2021", folder=folder)
    assert set(refusal.value.errors) == {f"{table}.csv:1:percent_of_*"}
