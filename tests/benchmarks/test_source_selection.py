"""Which task to transfer from, and the paper's tables again: the endpoints."""

import pytest

from benchmarks.findings.reproduction import paired_statements, paired_tables
from benchmarks.models import Run, RunState
from benchmarks.selectors.source_selection import source_evidence
from taxonomy.services.loading import review_load
from taxonomy.statements import statements
from tests.benchmarks.selection_run import (
    NO_LEEP,
    TABLES,
    selection_content,
    selection_run,
    without_score,
)
from tests.benchmarks.test_api import refusal, rows
from tests.findings.source_selection.published import rows as published_rows

ADDRESS = "/api/v1/source-selection"


@pytest.fixture
def run(home, db) -> Run:
    return selection_run()


def ranking(api, query):
    answer = api.get(f"{ADDRESS}/?{query}")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_both_steps_leave_the_papers_second_subset_ranked(api, run, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        found = ranking(api, "target=ET-22-T2")
    kept = [one for one in found["candidates"] if one["kept"]]
    assert [one["source"] for one in kept] == ["ED-13-T2", "ED-17-T2", "ED-18-T2", "ED-14-T2"]
    assert [one["rank"] for one in kept] == [1, 2, 3, 4]
    assert (found["path"], found["score"], found["run"]) == (1, "h_score", run.pk)
    assert found["simulated"] is True
    fallen = {one["source"]: one for one in found["candidates"] if not one["kept"]}
    assert fallen["NCR-13-T2"]["fell_out_at"] == "roi"
    assert fallen["NCR-13-T1"]["fell_out_at"] == "modality"
    assert "its modality is T1" in fallen["NCR-13-T1"]["reason"]


def test_each_source_carries_all_that_was_measured_of_it(api, run):
    found = ranking(api, "target=ET-22-T2&score=otce&modality=false&roi=false")
    assert found["path"] == 2
    assert len(found["candidates"]) == 16
    best = next(one for one in found["candidates"] if one["dice_place"] == 1)
    assert best["source"] == "ED-17-T2"
    assert (best["dice"], best["low"], best["high"]) == pytest.approx((0.808, 0.758, 0.858))
    assert set(best["scores"]) == {"h_score", "otce", "leep", "nce", "logme"}
    assert best["roi_similarity"] == 0.987


def test_a_source_that_could_not_be_measured_is_named(api, run):
    found = ranking(api, "target=ET-22-T2")
    assert found["failed"] == [{"source": "ED-99-T2", "reason": "pretrain: out of memory"}]
    assert ranking(api, "target=ET-20-T1")["failed"] == []


def test_one_step_alone_is_neither_path(api, run):
    found = ranking(api, "target=ET-20-T1&roi=false")
    assert found["path"] is None
    assert sum(one["kept"] for one in found["candidates"]) == 8


def test_a_source_without_the_score_falls_out_with_the_reason(api, home, db):
    selection_run(without_score(selection_content(), "leep", ["ED-13-T2"]))
    found = ranking(api, "target=ET-22-T2&score=leep")
    lost = next(one for one in found["candidates"] if one["source"] == "ED-13-T2")
    assert (lost["fell_out_at"], lost["score"]) == ("score", None)
    assert NO_LEEP in lost["reason"]


def test_nothing_left_to_rank_is_a_400_in_words(api, home, db):
    sources = [f"ED-{number}-T2" for number in (13, 14, 17, 18)]
    selection_run(without_score(selection_content(), "leep", sources))
    message = refusal(api.get(f"{ADDRESS}/?target=ET-22-T2&score=leep"), "target")
    assert "ET-22-T2: no candidate is left after the score step" in message


@pytest.mark.parametrize(
    ("query", "field", "choice"),
    [
        ("", "target", "source-selection/targets/"),
        ("target=ET-99-T2", "target", "ET-22-T2"),
        ("target=ET-22-T2&score=luck", "score", "logme"),
        ("target=ET-22-T2&modality=maybe", "modality", "boolean"),
        ("target=ET-22-T2&run=999", "run", "runs that have one: "),
        ("target=ET-22-T2&run=x", "run", "integer"),
    ],
)
def test_an_unknown_value_is_a_400_with_the_choices(api, run, query, field, choice):
    assert choice in refusal(api.get(f"{ADDRESS}/?{query}"), field)


@pytest.mark.parametrize("place", ["?target=ET-22-T2", "targets/", "reproduction/"])
def test_without_any_run_the_answer_says_how_to_get_one(api, db, place):
    answer = api.get(f"{ADDRESS}/{place}")
    assert answer.status_code == 404
    assert "run_benchmark source-selection" in answer.json()["message"]


def test_the_newest_succeeded_run_that_is_no_smoke_run_is_asked(home, db):
    old, new = selection_run(), selection_run()
    selection_run(profile="smoke")
    failed = selection_run()
    Run.objects.filter(pk=failed.pk).update(state=RunState.FAILED)
    assert source_evidence().run == new
    assert source_evidence(old.pk).run == old
    assert source_evidence(failed.pk) is None


def test_a_smoke_run_is_better_than_none(home, db):
    run = selection_run(profile="smoke")
    assert source_evidence().run == run


@pytest.mark.parametrize("content", [{}, selection_content() | {"pairs": []}])
def test_a_damaged_or_empty_file_gives_way_to_the_run_before(home, db, content):
    run = selection_run()
    selection_run(content)
    assert source_evidence().run == run


def test_targets_are_listed_by_name(api, run):
    found = rows(api, "source-selection/targets/")
    assert [row["id"] for row in found] == ["ET-22-T2", "ET-20-T1"]
    assert found[0] == {
        "id": "ET-22-T2", "name": "ET-22-T2", "dataset": "FeTS-like (simulated)",
        "partition": "22", "modality": "T2", "region": "ET", "sources": 16,
        "scores": ["h_score", "otce", "leep", "nce", "logme"], "run": run.pk,
        "benchmark": "source-selection", "profile": "quick", "seeds": 1, "simulated": True,
    }  # fmt: skip


def test_every_published_cell_stands_beside_the_reproduced_one(
    api, run, django_assert_max_num_queries
):
    review_load(slug="valverde2021")
    with django_assert_max_num_queries(4):
        found = api.get(f"{ADDRESS}/reproduction/").json()
    tables = {table["table"]: table["rows"] for table in found["tables"]}
    assert {name: len(rows) for name, rows in tables.items()} == {
        name: len(published_rows(name)) for name in TABLES
    }
    assert found["simulated"] is True
    cell = tables["table4_5_transferability"][0]
    assert cell["key"] == {"target": "ET-22-T2", "source": "ED-14-T1"}
    dice = cell["cells"][0]
    assert (dice["column"], dice["published"], dice["reproduced"]) == ("dice", 0.664, 0.764)
    assert dice["low"] == pytest.approx(0.714)


def test_claims_are_worked_out_from_both_sets_of_cells(api, run):
    review_load(slug="valverde2021")
    found = api.get(f"{ADDRESS}/reproduction/").json()
    claims = {row["statement"]: row for row in found["statements"]}
    wins = next(row for text, row in claims.items() if text.startswith("Tables II and III: trials"))
    assert (wins["claimed"], wins["published"], wins["reproduced"]) == (16, 16, 16)
    assert wins["agrees"] is True
    assert not [text for text in claims if ", top 1" in text]


def test_without_the_papers_document_only_reproduced_cells_are_told(api, run):
    found = api.get(f"{ADDRESS}/reproduction/").json()
    assert found["statements"] == []
    cells = [cell for table in found["tables"] for row in table["rows"] for cell in row["cells"]]
    assert {cell["published"] for cell in cells} == {None}
    assert all(cell["reproduced"] is not None for cell in cells)


def test_rows_that_only_one_side_has_are_kept():
    ours = {TABLES[2]: [{"target": "WMH-X-FLAIR", "source": "ED-FLAIR", "dice": 0.4}]}
    theirs = {TABLES[2]: [{"target": "WMH-U-FLAIR", "source": "ED-FLAIR", "dice": 0.578}]}
    table = next(t for t in paired_tables(theirs, ours, {}) if t["table"] == TABLES[2])
    dice = [(r["cells"][0]["published"], r["cells"][0]["reproduced"]) for r in table["rows"]]
    assert dice == [(0.578, None), (None, 0.4)]


def test_a_claim_that_fails_on_reproduced_cells_says_so():
    theirs = {name: published_rows(name) for name in TABLES}
    ours = selection_content()["tables"]
    for row in ours[TABLES[0]]:
        row["average_dice"] = 0.9 if row["transfer"] == "cross-modality" else 0.1
    pairs = paired_statements(statements("li2023", theirs), statements("li2023", ours))
    wins = next(row for row in pairs if row["statement"].startswith("Table I: trials in which"))
    assert (wins["claimed"], wins["published"], wins["reproduced"]) == (5, 5, 0)
    assert wins["agrees"] is False


def test_answers_of_a_file_older_than_the_rule_of_seeds_are_withheld(api, run):
    found = api.get(f"{ADDRESS}/reproduction/").json()
    assert {(one["answer"], one["withheld"]) for one in found["questions"]} == {
        ("withheld", "too few seeds: 1 of at least 5")
    }
    assert found["questions_left_out"] == []
