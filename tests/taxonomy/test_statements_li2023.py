"""What Li et al. say about their tables, worked out again from the printed cells."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from reviewdb.reviews.models import Review
from taxonomy.counting.rows import PublishedTables
from taxonomy.folder.bundled import bundled_folder
from taxonomy.folder.review_folder import read_review
from taxonomy.management.commands.publish_statements import stated_documents
from taxonomy.statements import Statement, statements
from taxonomy.statements.li2023_transfer import sign_test
from taxonomy.statements.markdown import StatedDocument, published_markdown

ROOT = Path(__file__).resolve().parents[2]


@cache
def tables() -> PublishedTables:
    documents = read_review(bundled_folder("valverde2021"), "valverde2021").documents
    return next(rows.published() for rows in documents if rows.slug == "li2023")


def one(part: str, found: list[Statement] | None = None) -> Statement:
    rows = [
        row for row in found or statements("li2023", tables()) if row["statement"].startswith(part)
    ]
    assert len(rows) == 1, [row["statement"] for row in rows]
    return rows[0]


def changed(table: str, **cells: Any) -> PublishedTables:
    """Return the tables with cells of the named row (target and source) replaced."""
    where = {name: cells.pop(name) for name in ("target", "source")}
    rows = [{**row, **cells} if where.items() <= row.items() else row for row in tables()[table]]
    assert rows != tables()[table]
    return {**tables(), table: rows}


def test_another_task_wins_five_of_six_trials() -> None:
    row = one("Table I: trials in which")
    assert (row["published"], row["recomputed"]) == (5, 5)
    assert "CSF-T1 -0.001" in row["explanation"]
    assert "5 of 6" in row["explanation"]
    assert one("Table I: the trials that go the other way")["agrees"]
    assert one("Table I, as the conclusion words it")["recomputed"] == 5


def test_a_changed_cell_changes_what_is_recomputed() -> None:
    name = "table1_modality_vs_task"
    rows = [
        {**row, "average_dice": 0.9} if row["sources"] == "ET-T1;ET-T2;ET-FLAIR" else row
        for row in tables()[name]
    ]
    row = one("Table I: trials in which", statements("li2023", {**tables(), name: rows}))
    assert (row["published"], row["recomputed"], row["agrees"]) == (5, 4, False)


def test_table_1_averages_follow_from_table_2_where_it_prints_the_parts() -> None:
    rows = [row for row in statements("li2023", tables()) if "average Dice of" in row["statement"]]
    assert [row["recomputed"] for row in rows] == [0.877, 0.892, 0.934]
    assert all(row["agrees"] for row in rows)


def test_the_most_similar_region_wins_sixteen_of_eighteen_trials() -> None:
    row = one("Tables II and III: trials in which")
    assert (row["published"], row["recomputed"]) == (16, 16)
    assert row["explanation"].endswith("16 of 18; not so for NCR-T2, NCR-FLAIR")
    settings = one("Tables II and III: settings")["explanation"]
    assert "Table II: 13 of 15, Table III: 3 of 3" in settings


def test_similarity_does_not_order_all_sources_of_every_target() -> None:
    row = one("Table III: targets whose sources")
    assert (row["published"], row["recomputed"], row["agrees"]) == (3, 2, False)
    assert "WMH-A-FLAIR" in row["explanation"]


def test_a_similarity_that_depends_on_direction_is_noticed() -> None:
    tables_ = changed(
        "table2_roi_similarity_same_dataset", target="ED-T1", source="ET-T1", roi_similarity=0.99
    )
    row = one("Tables II and III: pairs of regions", statements("li2023", tables_))
    assert (row["recomputed"], row["agrees"]) == (5, False)
    assert "ED and ET" in row["explanation"]


def test_significance_without_spreads_is_not_recomputable() -> None:
    for part in ("Table I: trials won by", "Tables II and III, as the abstract"):
        row = one(part)
        assert (row["recomputed"], row["agrees"]) == (None, None)
        assert "sign test" in row["explanation"]
    assert sign_test(5, 6) == 7 / 64


@pytest.mark.parametrize("target", ["ET-22-T2", "ET-20-T1"])
def test_the_filters_leave_eight_then_four_of_sixteen_sources(target: str) -> None:
    assert one(f"Source tasks for {target}")["recomputed"] == 16
    assert one(f"Subset 1 for {target}")["recomputed"] == 8
    kept = one(f"Subset 2 for {target}")
    modality = target[-2:]
    names = ", ".join(f"ED-{number}-{modality}" for number in (14, 13, 17, 18))
    assert kept["recomputed"] == 4
    assert kept["explanation"].startswith(names)


def test_most_h_scores_leave_the_range_of_binary_labels() -> None:
    row = one("Tables IV and V: H-scores between 0 and 1")
    assert (row["published"], row["recomputed"], row["agrees"]) == (32, 12, False)
    assert "ET-22-T2: 8 inside, ET-20-T1: 4 inside" in row["explanation"]
    assert "2 below and 18 above" in row["explanation"]
    assert one("Tables IV and V: OTCEs between")["recomputed"] == 32


def test_h_score_orders_fewer_pairs_as_dice_does_than_the_other_way() -> None:
    row = one("Tables IV and V: a higher score")
    assert (row["published"], row["recomputed"]) == (4, 2)
    assert "H-score on ET-22-T2 53 to 66" in row["explanation"]
    assert one("Tables IV and V: H-score is effective")["recomputed"] == 0


def test_the_same_modality_is_not_better_for_both_targets() -> None:
    row = one("Tables IV and V: modality analysis")
    assert (row["published"], row["recomputed"]) == (2, 1)
    assert "ET-20-T1: 0.599 kept, 0.605 left out" in row["explanation"]
    assert one("Tables IV and V: RoI analysis")["agrees"]
    assert one("Tables IV and V: the best source")["agrees"]


def test_first_picks_miss_the_best_source_and_h_score_does_worse_than_chance() -> None:
    row = one("Tables IV and V: without prior knowledge")
    assert row["recomputed"] == 4
    assert "NCR-17-T2, footrule of top 4 40, by chance 25.25" in row["explanation"]
    assert one("Tables IV and V: with prior knowledge")["recomputed"] == 2


def test_every_cell_of_table_6_follows_from_tables_4_and_5() -> None:
    cells = [row for row in statements("li2023", tables()) if ", top " in row["statement"]]
    assert len(cells) == 32
    assert all(row["agrees"] for row in cells)


def test_a_cell_of_table_6_shows_its_sum() -> None:
    # By Dice, NCR-13-T2 is 6th of 16, NCR-17-T2 7th, NCR-13-T1 15th, NCR-18-T2 9th.
    row = one("Table VI: H-score without prior knowledge on ET-22-T2, top 4")
    assert row["recomputed"] == 5 + 5 + 12 + 5
    assert row["explanation"] == (
        "|1 - 6| NCR-13-T2 + |2 - 7| NCR-17-T2 + |3 - 15| NCR-13-T1 + |4 - 9| NCR-18-T2"
    )
    filtered = one("Table VI: OTCE with prior knowledge on ET-22-T2, top 4")
    assert filtered["recomputed"] == 2 + 0 + 2 + 3


def test_a_cell_that_hangs_on_a_tie_names_it() -> None:
    why = one("Table VI: OTCE without prior knowledge on ET-20-T1, top 3")["explanation"]
    assert "ED-14-T2 and NCR-14-T2 (OTCE -0.033)" in why
    assert "17 or 18 or 21 or 22 by their order, 21 as listed" in why
    other = one("Table VI: OTCE without prior knowledge on ET-22-T2, top 3")["explanation"]
    assert "equal as printed" not in other


def test_a_wrong_cell_of_table_6_differs() -> None:
    name = "table6_spearman_footrule"
    first, *rest = tables()[name]
    found = statements("li2023", {**tables(), name: [{**first, "top2": 11}, *rest]})
    row = one("Table VI: H-score without prior knowledge on ET-22-T2, top 2", found)
    assert (row["published"], row["recomputed"], row["agrees"]) == (11, 10, False)


def test_prior_knowledge_lowers_twelve_cells_and_leaves_four() -> None:
    row = one("Table VI: cells that prior knowledge lowers")
    assert (row["published"], row["recomputed"], row["agrees"]) == (16, 12, False)
    assert "it raises 0" in row["explanation"]


def test_table_6_ranks_among_all_sources_unlike_equation_8() -> None:
    row = one("Table VI: cells that follow if both rankings")
    assert (row["published"], row["recomputed"]) == (32, 19)
    assert one("The supplement's example")["agrees"]


def test_without_similarities_no_cell_with_prior_knowledge_is_invented() -> None:
    left = {name: rows for name, rows in tables().items() if "roi_similarity" not in name}
    row = one("Table VI: OTCE with prior knowledge on ET-22-T2, top 1", statements("li2023", left))
    assert (row["recomputed"], row["agrees"]) == (None, None)
    assert "0 candidates" in row["explanation"]


@pytest.mark.parametrize("missing", sorted(tables()))
def test_a_missing_table_takes_only_its_own_statements(missing: str) -> None:
    left = {name: rows for name, rows in tables().items() if name != missing}
    found = {row["statement"] for row in statements("li2023", left)}
    assert 0 < len(found) < len(statements("li2023", tables()))


def test_no_tables_no_statements() -> None:
    assert statements("li2023", {}) == []


def test_the_api_gives_the_same_statements_as_the_bundled_files(
    review: Review, client: APIClient
) -> None:
    found = client.get("/api/v1/published/li2023/").json()
    assert len(found["tables"]) == 5
    assert found["statements"] == statements("li2023", tables())
    page = client.get("/published/li2023/").content.decode()
    assert "55 of 66 statements agree" in page
    assert "2 cannot be recomputed" in page
    own = client.get("/api/v1/published/valverde2021/").json()["statements"]
    assert own == next(one.statements for one in stated_documents() if one.slug == "valverde2021")


def test_the_committed_page_is_up_to_date(tmp_path: Path) -> None:
    out = tmp_path / "published.md"
    call_command("publish_statements", out=out)
    written = out.read_text(encoding="utf-8")
    assert written == (ROOT / "docs" / "published.md").read_text(encoding="utf-8"), (
        "run: manage.py publish_statements --out docs/published.md"
    )
    cells = [line for line in written.splitlines() if line.startswith("| Table VI: ")]
    assert len([line for line in cells if ", top " in line]) == 32


def test_the_page_escapes_what_a_table_would_swallow() -> None:
    row = Statement(
        statement="a | b", published=1, recomputed=None, agrees=None, explanation="*two*\nlines"
    )
    page = published_markdown([StatedDocument("doc", "A <title>", "", [row])])
    assert "| a \\| b | 1 | – | cannot be recomputed | \\*two\\* lines |" in page  # noqa: RUF001
    assert "A \\<title\\>" in page
    assert page.count("1 statements: 0 agree, 0 differ, 1 cannot be recomputed.") == 1
