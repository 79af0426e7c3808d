"""Draws Vega-Lite charts and SVG on the server, without a browser or a script in the page."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import vl_convert

from reviewdb.common.svg_text import svg_escape, text_width, wrap

Padding = dict[str, float]

VEGA_LITE = "6.1"
KEPT_CHARTS = 192  # pages are polled every few seconds while their charts stay the same
MARGIN = 8.0
WIDER = 0.2  # share by which a browser without the first font may draw text wider
MOST_TICKS = 10
LINE_BREAK = "\n"
LABEL_LINES = r"split(datum.label, '\n')"
"""The ``labelExpr`` of an axis or header whose labels come from ``label_lines``."""


def chart_svg(spec: Mapping[str, Any]) -> str:
    """Return the chart as SVG; its description, where it has one, becomes its accessible name.

    Results are cached by specification.
    """
    drawn = _drawn(json.dumps(spec, sort_keys=True, allow_nan=False))
    description = svg_escape(str(spec.get("description", "")))
    if not description:
        return drawn
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{description}" ', 1)


@lru_cache(maxsize=KEPT_CHARTS)
def _drawn(spec: str) -> str:
    return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))


def svg_to_png(svg: str, scale: float = 2.0) -> bytes:
    """Return the picture as PNG, ``scale`` pixels to a unit."""
    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def svg_to_pdf(svg: str) -> bytes:
    """Return the picture as PDF with its text as text."""
    return bytes(vl_convert.svg_to_pdf(svg))


def label_lines(text: str, *, width: float, size: float = 12.0) -> str:
    """Return a label that is drawn whole, in lines of at most ``width`` pixels (``LABEL_LINES``).

    Vega-Lite cuts labels at 180 pixels and ends them in dots.
    """
    return LINE_BREAK.join(wrap(text, width=width, size=size))


def padding(*, left: Iterable[str] = (), right: Iterable[str] = (), size: float = 12.0) -> Padding:
    """Return a chart's padding that cuts none of these labels off, whatever font draws them."""
    return {
        "left": MARGIN + _room(left, size),
        "right": MARGIN + _room(right, size),
        "top": MARGIN,
        "bottom": MARGIN,
    }


def room_beside(labels: Iterable[str], size: float = 12.0) -> float:
    """Return the pixels between a legend's columns that keep its names apart in any font."""
    return MARGIN + _room(labels, size)


def _room(labels: Iterable[str], size: float) -> float:
    lines = (line for label in labels for line in label.split(LINE_BREAK))
    return WIDER * max((text_width(line, size) for line in lines), default=0.0)


def whole_ticks(largest: int) -> list[int]:
    """Return the whole numbers that an axis of counts shows, from 0 to ``largest`` or beyond.

    Left alone, Vega-Lite marks 0, 0.5, 1, 1.5, 2 and prints 0, 1, 1, 2, 2.
    """
    steps = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
    step = next(step for step in steps if step * MOST_TICKS >= largest)
    return list(range(0, max(largest, 1) + step, step))
