"""The studies table: a row per study with its bibliography, approaches and terms."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from reviewdb.common.tables_out import Row, TableText, table_bytes
from reviewdb.reviews.models import Review, Study
from taxonomy.exports.export import Export
from taxonomy.models import Approach, Attribute, Tagging

STUDY_COLUMNS = (
    "key",
    "title",
    "authors",
    "year",
    "venue",
    "doi",
    "evidence",
    "nodes",
    "approaches",
    "tags",
)


def write(review: Review, fmt: str) -> bytes:
    """Return the review's studies in one format."""
    text = TableText(headings={name: name for name in STUDY_COLUMNS})
    return table_bytes(study_rows(review), fmt, text)


def write_some(review: Review, fmt: str, studies: QuerySet[Study]) -> bytes:
    """Return some of the review's studies in one format."""
    text = TableText(headings={name: name for name in STUDY_COLUMNS})
    return table_bytes(study_rows(review, studies), fmt, text)


def study_rows(review: Review, studies: QuerySet[Study] | None = None) -> list[Row]:
    """Return a row per study, in five queries: bibliography, approaches, a column per vocabulary.

    Columns that may hold several values are lists.
    """
    approaches = Approach.objects.select_related("node")
    attributes = Attribute.objects.select_related("term__vocabulary")
    rows = (review.studies.all() if studies is None else studies).prefetch_related(
        Prefetch("approaches", approaches, to_attr="filed"),
        Prefetch("attributes", attributes, to_attr="stated"),
        Prefetch("taggings", Tagging.objects.select_related("tag"), to_attr="labelled"),
    )
    found = list(rows)
    vocabularies = sorted({row.term.vocabulary.slug for study in found for row in _stated(study)})
    return [_study_row(study, vocabularies) for study in found]


def _stated(study: Study) -> list[Attribute]:
    return study.stated  # type: ignore[attr-defined, no-any-return]  # to_attr of the prefetch


def _study_row(study: Any, vocabularies: list[str]) -> Row:
    filed = [f"{row.node.path}: {row.technique}" for row in study.filed]
    row: dict[str, object] = {
        name: getattr(study, name) for name in ("key", "title", "authors", "year", "venue")
    }
    row |= {"doi": study.doi, "evidence": study.evidence}
    row |= {
        "nodes": sorted({row.node.path for row in study.filed}),
        "approaches": filed,
        "tags": [row.tag.name for row in study.labelled],
    }
    for slug in vocabularies:
        column = slug if slug not in STUDY_COLUMNS else f"stated_{slug}"
        row[column] = [a.term.value for a in study.stated if a.term.vocabulary.slug == slug]
    return row


EXPORT = Export("studies", ("csv", "json"), write, write_some)
