"""Vega-Lite charts and SVG documents drawn on the server: no script in the page, no browser."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import vl_convert

from reviewdb.common.svg_text import svg_escape, wrap

VEGA_LITE = "6.1"
KEPT_CHARTS = 192  # a page is asked for every few seconds while nothing in its charts changes
LINE_BREAK = "\n"
LABEL_LINES = r"split(datum.label, '\n')"
"""The ``labelExpr`` of an axis or header whose labels come from ``label_lines``."""


def chart_svg(spec: Mapping[str, Any]) -> str:
    """Return the chart as SVG; its description, where it has one, is its name for who cannot see.

    The same specification is drawn once and then kept.
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
