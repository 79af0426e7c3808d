"""The flow diagram as a picture, and its boxes as a table."""

from reviewdb.common.tables_out import Row, TableText, table_bytes, to_json
from reviewdb.common.vega import svg_to_pdf, svg_to_png
from reviewdb.reviews.models import Review
from reviewdb.reviews.prisma.flow import BoxJson
from taxonomy.exports.export import Export
from taxonomy.selectors.flow import flow_diagram, review_flow

PIXELS_PER_UNIT = 3.0  # about 300 dots an inch where the diagram fills a page's width


def write(review: Review, fmt: str) -> bytes:
    """Return the diagram, or a table with a row per box and per reason."""
    if fmt == "svg":
        return flow_diagram(review).encode("utf-8")
    if fmt == "png":
        return svg_to_png(flow_diagram(review), scale=PIXELS_PER_UNIT)
    if fmt == "pdf":
        return svg_to_pdf(flow_diagram(review))
    boxes = review_flow(review).boxes
    if fmt == "json":
        return to_json({"boxes": boxes}).encode("utf-8")
    return table_bytes(_rows(boxes), fmt, TableText())


def _rows(boxes: list[BoxJson]) -> list[Row]:
    """Return a row per box and, below it, a row per reason."""
    rows: list[Row] = []
    for box in boxes:
        common = {"box": box["box"], "column": box["column"]}
        published = box["published"]
        rows.append({**common, "reason": None, "count": box["count"], "published": published})
        rows += [{**common, **reason, "published": published} for reason in box["reasons"]]
    return rows


EXPORT = Export("flow", ("svg", "png", "pdf", "json", "csv"), write)
