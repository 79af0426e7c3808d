"""The chart of a source selection as SVG text: rows in, picture out; no Django, no torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from benchmarks.charts import TONES, as_svg

Layer = Any  # altair's classes do not say what they return

NAMED_AT_MOST = 8
"""More names than this would cover each other."""


def score_chart(candidates: Sequence[Mapping[str, Any]], *, score: str, metric: str) -> str:
    """Return a score known before tuning against the metric after it, a point a source.

    ``candidates`` are those of a ranking. Colour tells the modality, shape the region; what fell
    out is hollow. Those without a score or a Dice are left out; empty text where none is left.
    """
    data = [_entry(one) for one in candidates if None not in (one["score"], one["dice"])]
    if not data:
        return ""
    kept = [entry for entry in data if entry["kept"]]
    fallen = [entry for entry in data if not entry["kept"]]
    layers: list[Layer] = [
        _points(kept, score, metric, filled=True),
        _points(fallen, score, metric),
    ]
    if len(kept) <= NAMED_AT_MOST:
        layers.append(_names(kept))
    return as_svg(alt.layer(*layers).properties(width=560, height=300))


def _entry(one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("source", "modality", "region", "score", "dice", "kept")
    ends = {end: one["dice"] if one[end] is None else one[end] for end in ("low", "high")}
    return {name: one[name] for name in names} | ends


def _points(data: list[dict[str, Any]], score: str, metric: str, *, filled: bool = False) -> Layer:
    legend = alt.Legend(orient="top", title=None, symbolOpacity=1)
    zero = alt.Scale(zero=False)
    base = alt.Chart(alt.InlineData(values=data)).encode(
        x=alt.X("score:Q", title=f"{score}, before tuning", scale=zero),
        color=alt.Color("modality:N", legend=legend, scale=alt.Scale(range=list(TONES))),
    )
    y = alt.Y("dice:Q", title=f"{metric} after tuning, 95% interval", scale=zero)
    low = alt.Y("low:Q", scale=zero)
    return alt.layer(
        base.mark_rule(strokeWidth=1.2, opacity=0.55).encode(y=low, y2="high:Q"),
        base.mark_point(filled=filled, size=90, opacity=1, strokeWidth=1.8).encode(
            y=y, shape=alt.Shape("region:N", legend=legend)
        ),
    )


def _names(data: list[dict[str, Any]]) -> Layer:
    return (
        alt.Chart(alt.InlineData(values=data))
        .mark_text(align="left", dx=9, dy=-6, fontSize=11)
        .encode(x="score:Q", y="dice:Q", text="source:N")
    )
