"""Draws the PRISMA 2020 flow diagram as SVG; ``reviewdb.common.vega`` converts it to PNG and PDF.

Layout after Page et al., BMJ 2021;372:n71: what remains runs down, exclusions are on the right.
Colours differ in lightness, so that the figure prints in black and white.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reviewdb.common.svg_text import FONTS, KEEP, svg_escape, text_width, wrap
from reviewdb.reviews.prisma.flow import BoxJson
from reviewdb.reviews.prisma.stages import ASSESSED, BANDS, HEADERS, INCLUDED, LABELS, ROWS

TEXT_SIZE = 12.5
LINE_HEIGHT = 17.0
PADDING = 11.0
MARGIN = 16.0
BAND_WIDTH = 30.0
BOX_WIDTH = 240.0
GAP = 34.0  # space for an arrow between the boxes of a column
COLUMN_GAP = 46.0
ROW_GAP = 26.0
HEADER_HEIGHT = 34.0
NOTE_SIZE = 11.0
NOTE_LINE = 15.5
INK, INK_SOFT = "#1b1f24", "#57606a"
PAPER, HEADER_FILL, BAND_FILL, LAST_FILL = "#ffffff", "#f2e3b3", "#d5e3f0", "#eef3f8"
MARK = "†"
LEGEND = f"{MARK} Count as published; the single records are not in the database."
DERIVED_MARK = "‡"
DERIVED_LEGEND = f"{DERIVED_MARK} Count worked out from published ones, not printed by the source."
UNKNOWN = "not recorded"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a box; ``indent`` in pixels."""

    text: str
    is_bold: bool = False
    indent: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its lines and its position on the page, in pixels."""

    lines: tuple[Line, ...]
    x: float
    y: float
    width: float
    fill: str = PAPER

    @property
    def height(self) -> float:
        """Return the height that the lines need."""
        return _text_height(len(self.lines))

    @property
    def middle(self) -> float:
        """Return the vertical centre."""
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        """Return the horizontal centre."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions: boxes by (column, box), the top and height of each row, the width, in pixels."""

    boxes: dict[tuple[str, str], Placed]
    rows: tuple[tuple[float, float], ...]
    columns: tuple[str, ...]
    width: float


def flow_svg(boxes: Sequence[BoxJson], *, title: str, note: str = "") -> str:
    """Return a standalone SVG document of the flow; ``note`` is printed below the diagram.

    The column for other methods is left out if nothing came from them.
    """
    layout = _layout({(box["column"], box["box"]): box for box in boxes})
    bottom = sum(layout.rows[-1]) + 2 * PADDING
    remarks = list(_remarks(boxes, note, layout.width - 2 * MARGIN))
    height = bottom + len(remarks) * NOTE_LINE + MARGIN
    body = [
        *_bands(layout),
        *_headers(layout),
        *_arrows(layout),
        *(part for box in layout.boxes.values() for part in _draw_box(box)),
        *_draw_remarks(remarks, bottom + NOTE_SIZE),
    ]
    return _document(layout.width, height, title, _description(boxes), body)


def _text_height(lines: int) -> float:
    return lines * LINE_HEIGHT + 2 * PADDING - 3


def _mark(box: BoxJson) -> str:
    if not box["published"]:
        return ""
    return DERIVED_MARK if box.get("derived") else MARK


def _box_lines(box: BoxJson) -> tuple[Line, ...]:
    inner = BOX_WIDTH - 2 * PADDING
    mark = _mark(box)
    count = UNKNOWN if box["count"] is None else f"n = {box['count']}"
    heading = [Line(text, is_bold=True) for text in _wrapped(LABELS[box["box"]], inner)]
    reasons = [
        Line(text, indent=10.0 if first else 18.0)
        for reason in box["reasons"]
        for text, first in _reason_lines(
            f"{reason['reason']} (n{KEEP}={KEEP}{reason['count']})", inner
        )
    ]
    return (*heading, Line(f"({count}){mark}"), *reasons)


def _reason_lines(text: str, inner: float) -> Iterator[tuple[str, bool]]:
    for index, line in enumerate(_wrapped(text, inner - 18.0)):
        yield line, index == 0


def _wrapped(text: str, width: float) -> list[str]:
    return wrap(text, width=width, size=TEXT_SIZE)


def _layout(boxes: dict[tuple[str, str], BoxJson]) -> Layout:
    used = any(box["count"] for (column, _), box in boxes.items() if column == "other_methods")
    columns = ("databases", "other_methods") if used else ("databases",)
    lines = {
        place: _box_lines(box) for place, box in boxes.items() if place[0] in (*columns, "included")
    }
    rows: list[tuple[float, float]] = []
    top = MARGIN + HEADER_HEIGHT + ROW_GAP * 0.6
    placed: dict[tuple[str, str], Placed] = {}
    for number, row in enumerate(ROWS):
        here = {place: text for place, text in lines.items() if place[1] in row}
        height = max(_band_height(number), *(_text_height(len(text)) for text in here.values()))
        for place, text in here.items():
            y = top + (height - _text_height(len(text))) / 2
            fill = LAST_FILL if place[1] == INCLUDED else PAPER
            placed[place] = Placed(text, _box_x(*place), y, BOX_WIDTH, fill)
        rows.append((top, height))
        top += height + ROW_GAP
    width = _column_x(columns[-1]) + 2 * BOX_WIDTH + GAP + MARGIN
    return Layout(placed, tuple(rows), columns, width)


def _column_x(column: str) -> float:
    left = MARGIN + BAND_WIDTH + 14.0
    return left + (2 * BOX_WIDTH + GAP + COLUMN_GAP if column == "other_methods" else 0.0)


def _band_height(row: int) -> float:
    """Return the height needed by the label of a single row."""
    return sum(
        text_width(label, TEXT_SIZE) + PADDING
        for label, first, last in BANDS
        if first == last == row
    )


def _box_x(column: str, box: str) -> float:
    falls_out = box in {out for _, out in ROWS}
    return _column_x(column) + (BOX_WIDTH + GAP if falls_out else 0.0)


def _bands(layout: Layout) -> Iterator[str]:
    """Yield the labels at the left edge, each as tall as its rows."""
    for label, first, last in BANDS:
        top = layout.rows[first][0]
        height = sum(layout.rows[last]) - top
        x, y = MARGIN + BAND_WIDTH / 2, top + height / 2
        yield _rect(MARGIN, top, BAND_WIDTH, height, BAND_FILL)
        yield _text(
            label,
            x + 4.5,
            y,
            f'text-anchor="middle" font-weight="bold" transform="rotate(-90 {x + 4.5:g} {y:g})"',
        )


def _headers(layout: Layout) -> Iterator[str]:
    for column in layout.columns:
        x, width = _column_x(column), 2 * BOX_WIDTH + GAP
        yield _rect(x, MARGIN, width, HEADER_HEIGHT, HEADER_FILL)
        y = MARGIN + HEADER_HEIGHT / 2 + 4.5
        yield _text(HEADERS[column], x + width / 2, y, 'text-anchor="middle" font-weight="bold"')


def _arrows(layout: Layout) -> Iterator[str]:
    for column in layout.columns:
        kept = [layout.boxes[column, box] for box, _ in ROWS if (column, box) in layout.boxes]
        for upper, lower in pairwise(kept):
            yield _path(f"M{upper.centre:g} {upper.y + upper.height:g}V{lower.y - 1:g}")
        yield from _exits(layout, column)
    yield from _endings(layout)


def _exits(layout: Layout, column: str) -> Iterator[str]:
    for box, out in ROWS:
        left, right = layout.boxes.get((column, box)), layout.boxes.get((column, out))
        if left and right:
            yield _path(f"M{left.x + left.width:g} {left.middle:g}H{right.x - 1:g}")


def _endings(layout: Layout) -> Iterator[str]:
    """Yield the arrows from the last assessed reports to the included studies."""
    included = layout.boxes["included", INCLUDED]
    for column in layout.columns:
        last = layout.boxes[column, ASSESSED]
        start = f"M{last.centre:g} {last.y + last.height:g}"
        if column == "databases":
            yield _path(f"{start}V{included.y - 1:g}")
        else:
            yield _path(f"{start}V{included.middle:g}H{included.x + included.width + 1:g}")


def _draw_box(box: Placed) -> Iterator[str]:
    yield _rect(box.x, box.y, box.width, box.height, box.fill)
    baseline = box.y + PADDING + TEXT_SIZE - 2
    for number, line in enumerate(box.lines):
        weight = ' font-weight="bold"' if line.is_bold else ""
        y = baseline + number * LINE_HEIGHT
        yield _text(line.text, box.x + PADDING + line.indent, y, weight.strip())


def _remarks(boxes: Sequence[BoxJson], note: str, width: float) -> Iterator[str]:
    marks = {_mark(box) for box in boxes}
    legend = LEGEND if MARK in marks else ""
    derived = DERIVED_LEGEND if DERIVED_MARK in marks else ""
    for text in (legend, derived, note):
        yield from wrap(text, width=width, size=NOTE_SIZE)


def _draw_remarks(lines: Sequence[str], top: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        style = f'font-size="{NOTE_SIZE:g}" fill="{INK_SOFT}"'
        yield _text(line, MARGIN, top + number * NOTE_LINE, style)


def _description(boxes: Sequence[BoxJson]) -> str:
    """Return a text description of the whole diagram, for screen readers."""
    parts = []
    for box in boxes:
        via = ", other methods" if box["column"] == "other_methods" else ""
        count = UNKNOWN if box["count"] is None else str(box["count"])
        why = ", ".join(f"{reason['reason']} {reason['count']}" for reason in box["reasons"])
        parts.append(f"{LABELS[box['box']]}{via}: {count}{f' ({why})' if why else ''}.")
    return " ".join(parts)


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect {size} rx="2" fill="{fill}" stroke="{INK}" stroke-width="1"/>'


def _text(text: str, x: float, y: float, style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{svg_escape(text)}</text>'.replace(" >", ">")


def _path(course: str) -> str:
    return (
        f'<path d="{course}" fill="none" stroke="{INK}" stroke-width="1.2" '
        'marker-end="url(#flow-arrow)"/>'
    )


def _document(width: float, height: float, title: str, description: str, body: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}" font-family="{FONTS}" '
        f'font-size="{TEXT_SIZE:g}" fill="{INK}" aria-labelledby="flow-title flow-desc">'
    )
    marker = (
        '<defs><marker id="flow-arrow" markerWidth="9" markerHeight="8" refX="8" refY="4" '
        f'orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0L9 4L0 8Z" fill="{INK}"/>'
        "</marker></defs>"
    )
    names = (
        f'<title id="flow-title">{svg_escape(title)}</title>'
        f'<desc id="flow-desc">{svg_escape(description)}</desc>'
    )
    paper = f'<rect width="{width:g}" height="{height:g}" fill="{PAPER}"/>'
    return "\n".join([head, names, marker, paper, *body, "</svg>", ""])
