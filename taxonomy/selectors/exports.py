"""What leaves a review as a file: the diagram, the tables, the studies."""

from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch

from reviewdb.common.tables_out import (
    ExportFile,
    Row,
    TableText,
    export_choice,
    export_file,
    table_bytes,
    to_json,
)
from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.prisma.diagram import flow_svg, to_pdf, to_png
from reviewdb.reviews.prisma.flow import BoxJson
from taxonomy.models import Approach, Attribute, Tagging
from taxonomy.selectors.flow import review_flow
from taxonomy.selectors.tables import strategies_table, tasks_table

PIXELS_PER_UNIT = 3.0  # about 300 dots an inch where the diagram fills a page's width
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


def export_render(review: Review, what: str, fmt: str) -> ExportFile:
    """Return the file for one (what, format) pair of ``reviewdb.common.tables_out.EXPORTS``.

    Raises RuleViolation with the choices where either is unknown.
    """
    chosen = export_choice(what, fmt)
    renderers: dict[str, Callable[[Review, str], bytes]] = {
        "flow": _flow,
        "strategies": _strategies,
        "tasks": _tasks,
        "studies": _studies,
    }
    return export_file(review.slug, what, chosen, renderers[what](review, chosen))


def flow_diagram(review: Review) -> str:
    """Return the review's flow diagram as SVG, for a page to show in place."""
    flow = review_flow(review)
    return flow_svg(flow.boxes, title=f"PRISMA 2020 flow: {review.title}", note=flow.wording)


def study_rows(review: Review) -> list[dict[str, Any]]:
    """Return one row a study, in five queries: what is known, where filed, a column a vocabulary.

    Columns that may hold several values are lists.
    """
    approaches = Approach.objects.select_related("node")
    attributes = Attribute.objects.select_related("term__vocabulary")
    studies = review.studies.prefetch_related(
        Prefetch("approaches", approaches, to_attr="filed"),
        Prefetch("attributes", attributes, to_attr="stated"),
        Prefetch("taggings", Tagging.objects.select_related("tag"), to_attr="labelled"),
    )
    found = list(studies)
    vocabularies = sorted({row.term.vocabulary.slug for study in found for row in _stated(study)})
    return [_study_row(study, vocabularies) for study in found]


def _flow(review: Review, fmt: str) -> bytes:
    if fmt == "svg":
        return flow_diagram(review).encode("utf-8")
    if fmt == "png":
        return to_png(flow_diagram(review), scale=PIXELS_PER_UNIT)
    if fmt == "pdf":
        return to_pdf(flow_diagram(review))
    boxes = review_flow(review).boxes
    if fmt == "json":
        return to_json({"boxes": boxes}).encode("utf-8")
    return table_bytes(_flow_rows(boxes), fmt, TableText())


def _flow_rows(boxes: list[BoxJson]) -> list[Row]:
    """Return a row a box and, below it, a row a reason."""
    rows: list[Row] = []
    for box in boxes:
        common = {"box": box["box"], "column": box["column"]}
        published = box["published"]
        rows.append({**common, "reason": None, "count": box["count"], "published": published})
        rows += [{**common, **reason, "published": published} for reason in box["reasons"]]
    return rows


def _strategies(review: Review, fmt: str) -> bytes:
    headings = {
        "type": "Type",
        "subtype": "Subtype",
        "subsubtype": "Sub-subtype",
        "approaches": "Approaches",
        "studies": "Studies",
        "percent_of_studies": "Studies (%)",
    }
    caption = f"Strategies in the {review.studies.count()} included studies. {review.title}."
    text = TableText(caption, f"tab:{review.slug}-strategies", headings)
    return table_bytes(_rows(strategies_table(review)), fmt, text)


def _tasks(review: Review, fmt: str) -> bytes:
    headings = {
        "task": "Task",
        "application": "Application",
        "published": "Studies as published",
        "recounted": "Studies recounted",
    }
    caption = f"Tasks and applications of the included studies. {review.title}."
    text = TableText(caption, f"tab:{review.slug}-tasks", headings)
    return table_bytes(_rows(tasks_table(review)), fmt, text)


def _studies(review: Review, fmt: str) -> bytes:
    text = TableText(headings={name: name for name in STUDY_COLUMNS})
    return table_bytes(study_rows(review), fmt, text)


def _rows(rows: Any) -> list[Row]:
    return list(rows)


def _stated(study: Study) -> list[Attribute]:
    return study.stated  # type: ignore[attr-defined, no-any-return]  # to_attr of the prefetch


def _study_row(study: Any, vocabularies: list[str]) -> dict[str, Any]:
    filed = [f"{row.node.path}: {row.technique}" for row in study.filed]
    row = {name: getattr(study, name) for name in ("key", "title", "authors", "year", "venue")}
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
