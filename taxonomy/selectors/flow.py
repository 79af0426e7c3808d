"""The flow of one review: what its source published, and the studies counted from rows."""

from dataclasses import dataclass

from reviewdb.reviews.models import Review
from reviewdb.reviews.models.reviews import SourceKind
from reviewdb.reviews.prisma.diagram import flow_svg
from reviewdb.reviews.prisma.flow import BoxJson, flow_boxes, source_wording
from taxonomy.counting.reconciliation import FLOW
from taxonomy.selectors.published import review_tables


@dataclass(frozen=True)
class ReviewFlow:
    """The boxes of the flow, and how the source words what PRISMA 2020 words otherwise."""

    boxes: list[BoxJson]
    wording: str = ""


def review_flow(review: Review) -> ReviewFlow:
    """Return the review's flow in three queries; without published stages, boxes without counts."""
    stages = review_tables(review).get(FLOW, ())
    published = {str(row["stage"]): int(str(row["count"])) for row in stages}
    searches = review.searches.exclude(kind=SourceKind.OTHER).values_list("source", "hits")
    boxes = flow_boxes(
        published,
        studies_included=review.studies.count(),
        searches=list(searches),
        notes={str(row["stage"]): str(row.get("note") or "") for row in stages},
    )
    return ReviewFlow(boxes, source_wording(published))


def flow_diagram(review: Review) -> str:
    """Return the review's flow diagram as SVG, for a page to show in place or a file."""
    flow = review_flow(review)
    return flow_svg(flow.boxes, title=f"PRISMA 2020 flow: {review.title}", note=flow.wording)
