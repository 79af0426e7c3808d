"""The flow of one review: what its source published, and the studies counted from rows."""

from dataclasses import dataclass, field

from taxonomy.flow import BoxJson, flow_boxes, source_wording
from taxonomy.models import PublishedValue, Review
from taxonomy.models.reviews import SourceKind

FLOW_TABLE = "prisma_flow"


@dataclass(frozen=True)
class ReviewFlow:
    """The boxes of the flow, and how the source words what PRISMA 2020 words otherwise."""

    boxes: list[BoxJson]
    wording: str = ""


@dataclass
class PublishedStages:
    """The published count and remark of each stage."""

    counts: dict[str, int] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def review_flow(review: Review) -> ReviewFlow:
    """Return the review's flow in three queries; without published stages, boxes without counts."""
    published = _published_stages(review)
    searches = review.searches.exclude(kind=SourceKind.OTHER).values_list("source", "hits")
    boxes = flow_boxes(
        published.counts,
        studies_included=review.studies.count(),
        searches=list(searches),
        notes=published.notes,
    )
    return ReviewFlow(boxes, source_wording(published.counts))


def _published_stages(review: Review) -> PublishedStages:
    cells = PublishedValue.objects.filter(document__review=review, table=FLOW_TABLE)
    rows: dict[tuple[int, int], dict[str, str]] = {}
    for document, row, column, text in cells.order_by("document", "row").values_list(
        "document_id", "row", "column", "text"
    ):
        rows.setdefault((document, row), {})[column] = text
    stages = PublishedStages()
    for cell in rows.values():
        stages.counts[cell["stage"]] = int(cell["count"])
        stages.notes[cell["stage"]] = cell.get("note", "")
    return stages
