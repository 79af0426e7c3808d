"""Reads the PRISMA flow of a review: published counts, and studies counted from rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Review
from reviewdb.reviews.models.reviews import SourceKind
from reviewdb.reviews.prisma.diagram import flow_svg
from reviewdb.reviews.prisma.flow import (
    BoxJson,
    flow_boxes,
    flow_boxes_as_stated,
    source_wording,
    with_derived,
)
from taxonomy.counting.reconciliation import FLOW
from taxonomy.counting.rows import PublishedRow
from taxonomy.selectors.published import review_tables


@dataclass(frozen=True)
class ReviewFlow:
    """The boxes of the flow, and the source's own wording where it differs from PRISMA 2020.

    ``warning`` names stored stages that do not add up; no count is derived from these.
    """

    boxes: list[BoxJson]
    wording: str = ""
    warning: str = ""


def review_flow(review: Review) -> ReviewFlow:
    """Return the review's flow, in three queries; without published stages boxes have no counts."""
    stages = review_tables(review).get(FLOW, ())
    published = _counts(stages)
    searches = list(review.searches.exclude(kind=SourceKind.OTHER).values_list("source", "hits"))
    included = review.studies.count()
    try:
        boxes = flow_boxes(
            published,
            studies_included=included,
            searches=searches,
            notes={str(row.get("stage")): str(row.get("note") or "") for row in stages},
        )
    except RuleViolation as violation:
        boxes = flow_boxes_as_stated(published, studies_included=included)
        warning = f"{violation.message}. The counts are shown as stated."
        return ReviewFlow(with_derived(boxes, published, searches), warning=warning)
    return ReviewFlow(with_derived(boxes, published, searches), source_wording(published))


def _counts(stages: Sequence[PublishedRow]) -> dict[str, int]:
    """Return the counts by stage, of stages with a whole number."""
    counts = {str(row.get("stage")): row.get("count") for row in stages}
    return {stage: count for stage, count in counts.items() if isinstance(count, int)}


def flow_diagram(review: Review) -> str:
    """Return the review's flow diagram as SVG text."""
    flow = review_flow(review)
    note = " ".join(text for text in (flow.warning, flow.wording) if text)
    return flow_svg(flow.boxes, title=f"PRISMA 2020 flow: {review.title}", note=note)
