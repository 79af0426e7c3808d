"""A database made before the rooms were built is migrated, and nothing of it is missing.

The file holds the bundled review with tags, edits and two people (alice owns it, bob reads it and
owns a private one), alice's API token, and a finished run.
"""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("migrating")  # migrated once, by one of pytest's workers

ROOT = Path(__file__).resolve().parents[2]
OLD = Path(__file__).parent / "data" / "before_rooms.sqlite3.gz"
TOKEN = "c15c5465cb29a65a84c746b8da0128827d157d76"

BEFORE = {
    "reviews": "SELECT slug, title, is_public FROM taxonomy_review",
    "members": """
        SELECT r.slug, u.username, m.role FROM taxonomy_membership m
        JOIN taxonomy_review r ON r.id = m.review_id JOIN auth_user u ON u.id = m.user_id""",
    "searches": """
        SELECT r.slug, s.source, s.kind, s.query, s.hits FROM taxonomy_sourcesearch s
        JOIN taxonomy_review r ON r.id = s.review_id""",
    "studies": """
        SELECT s.id, r.slug, s.key, s.position, s.title, s.authors, s.year, s.venue, s.doi,
               s.abstract, s.evidence, s.edited_fields
        FROM taxonomy_study s JOIN taxonomy_review r ON r.id = s.review_id""",
    "approaches": """
        SELECT a.study_id, n.path, n.name, a.technique, a.section FROM taxonomy_approach a
        JOIN taxonomy_node n ON n.id = a.node_id""",
    "attributes": """
        SELECT a.study_id, v.slug, t.value, a.section FROM taxonomy_attribute a
        JOIN taxonomy_term t ON t.id = a.term_id
        JOIN taxonomy_vocabulary v ON v.id = t.vocabulary_id""",
    "taggings": """
        SELECT g.study_id, t.name, u.username FROM taxonomy_tagging g
        JOIN taxonomy_tag t ON t.id = g.tag_id JOIN auth_user u ON u.id = g.tagged_by_id""",
    "published": """
        SELECT d.slug, p.'table', p.row, p.'column', p.position, p.text, p.number
        FROM taxonomy_publishedvalue p JOIN taxonomy_document d ON d.id = p.document_id""",
    "runs": """
        SELECT id, benchmark, profile, strategies, seeds, state, requested_by_id
        FROM benchmarks_run""",
    "steps": "SELECT run_id, address, position, state, wall_seconds FROM benchmarks_step",
    "results": """
        SELECT r.run_id, r.scenario, r.strategy, n.path, r.n_target, r.metric, r.selection,
               r.mean, r.low, r.high, r.gain, r.verdict
        FROM benchmarks_result r LEFT JOIN taxonomy_node n ON n.id = r.node_id""",
    "artifacts": "SELECT run_id, name, kind, digest, file FROM benchmarks_artifact",
    "events": "SELECT id, run_id, attempt, name FROM benchmarks_event",
}
AFTER = """
import json, django
django.setup()
from django.test import Client
from benchmarks.models import Artifact, Event, Result, Run, Step
from reviewdb.reviews.models import Membership, Review, SourceSearch, Study
from taxonomy.models import Approach, Attribute, PublishedValue, Tagging
def rows(model, *names):
    return [list(row) for row in model.objects.order_by().values_list(*names)]
print(json.dumps({
    "reviews": rows(Review, "slug", "title", "is_public"),
    "members": rows(Membership, "review__slug", "user__username", "role"),
    "searches": rows(SourceSearch, "review__slug", "source", "kind", "query", "hits"),
    "studies": rows(Study, "id", "review__slug", "key", "position", "title", "authors", "year",
        "venue", "doi", "abstract", "evidence", "edited_fields"),
    "approaches": rows(Approach, "study_id", "node__path", "node__name", "technique", "section"),
    "attributes": rows(Attribute, "study_id", "term__vocabulary__slug", "term__value", "section"),
    "taggings": rows(Tagging, "study_id", "tag__name", "tagged_by__username"),
    "published": rows(PublishedValue, "document__slug", "table", "row", "column", "position",
        "text", "number"),
    "runs": rows(Run, "id", "benchmark", "profile", "strategies", "seeds", "state",
        "requested_by_id"),
    "steps": rows(Step, "run_id", "address", "position", "state", "wall_seconds"),
    "results": rows(Result, "run_id", "scenario", "strategy", "node__path", "n_target", "metric",
        "selection", "mean", "low", "high", "gain", "verdict"),
    "artifacts": rows(Artifact, "run_id", "name", "kind", "digest", "file"),
    "events": rows(Event, "id", "run_id", "attempt", "name"),
    "who": [Client(headers={"host": "localhost", "authorization": f"Token {token}"})
        .get("/api/v1/members/").status_code for token in ("TOKEN", "0" * 40)],
    "seen": [row["slug"] for row in Client(headers={"host": "localhost"})
        .get("/api/v1/reviews/").json()["results"]],
}))
""".replace("TOKEN", TOKEN, 1)


class Home:
    """A state folder with the old database."""

    def __init__(self, path: Path) -> None:
        self.file = path / "reviewdb.sqlite3"
        self.file.write_bytes(gzip.decompress(OLD.read_bytes()))
        self.environment = {
            **os.environ,
            "REVIEWDB_HOME": str(path),
            "DATABASE_URL": f"sqlite:///{self.file}",
            "DJANGO_SETTINGS_MODULE": "reviewdb.settings",
        }

    def python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def old_rows(self) -> dict[str, Any]:
        connection = sqlite3.connect(self.file)
        rows = {name: connection.execute(query).fetchall() for name, query in BEFORE.items()}
        connection.close()
        return {
            name: [[_value(cell) for cell in row] for row in found] for name, found in rows.items()
        }

    def new_rows(self) -> dict[str, Any]:
        return dict(json.loads(self.python("-c", AFTER)))


def _value(cell: Any) -> Any:
    """Return JSON columns as what they hold."""
    is_json = isinstance(cell, str) and cell.startswith("[") and cell.endswith("]")
    return json.loads(cell) if is_json else cell


def _sorted(rows: list[list[Any]]) -> list[str]:
    return sorted(json.dumps(row) for row in rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def before(home: Home) -> dict[str, Any]:
    return home.old_rows()


@pytest.fixture(scope="module")
def after(home: Home, before: dict[str, Any]) -> dict[str, Any]:
    home.python("manage.py", "migrate", "-v0")
    return home.new_rows()


@pytest.mark.parametrize("what", BEFORE)
def test_nothing_is_missing(before: dict[str, Any], after: dict[str, Any], what: str) -> None:
    expected = before[what]
    if what == "reviews":
        expected = [[slug, title, bool(public)] for slug, title, public in expected]
    assert expected
    assert _sorted(after[what]) == _sorted(expected)


def test_the_token_goes_on_working_and_is_nowhere_in_the_file(
    home: Home, after: dict[str, Any]
) -> None:
    assert after["who"] == [200, 401]
    assert TOKEN.encode() not in home.file.read_bytes()


def test_the_private_review_stays_private(after: dict[str, Any]) -> None:
    assert after["seen"] == ["valverde2021"]


def test_the_move_of_reviews_goes_back_and_forth(home: Home, after: dict[str, Any]) -> None:
    home.python("manage.py", "migrate", "-v0", "taxonomy", "0001")
    home.python("manage.py", "migrate", "-v0")
    again = home.new_rows()
    assert {name: _sorted(again[name]) for name in BEFORE} == {
        name: _sorted(after[name]) for name in BEFORE
    }
