"""The chart of a source selection as SVG text: rows in, picture out; no Django, no torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from benchmarks.findings.charts.results import TONES, Options, Row, as_svg

Layer = Any  # altair's classes are not typed


def score_chart(candidates: Sequence[Mapping[str, Any]], *, score: str, metric: str) -> str:
    """Return a score known before tuning against the metric after it, a point a source.

    ``candidates`` are those of a ranking. Colour is the modality, shape the region, the number the
    rank; excluded sources are hollow. Sources without a score or a Dice are left out; empty text
    where none is left.
    """
    data = [_entry(one) for one in candidates if None not in (one["score"], one["dice"])]
    if not data:
        return ""
    kept = [entry for entry in data if entry["kept"]]
    fallen = [entry for entry in data if not entry["kept"]]
    x = alt.X("score:Q", title=f"{score}, before tuning", scale=alt.Scale(zero=False))
    y = alt.Y("low:Q", title=f"{metric} after tuning, 95% interval", scale=alt.Scale(zero=False))
    layers = [_points(kept, x, y, filled=True), _points(fallen, x, y), _ranks(kept)]
    return as_svg(alt.layer(*layers).properties(width=640, height=300))


def _entry(one: Mapping[str, Any]) -> Row:
    names = ("rank", "modality", "region", "score", "dice", "kept")
    ends = {end: one["dice"] if one[end] is None else one[end] for end in ("low", "high")}
    return {name: one[name] for name in names} | ends


def _points(data: list[Row], x: alt.X, y: alt.Y, *, filled: bool = False) -> Layer:
    about: Options = {
        "orient": "top",
        "titleOrient": "left",
        "symbolOpacity": 1,
        "offset": 14,
    }
    modality, region = (alt.Legend(title=name, **about) for name in ("modality", "region"))
    base = alt.Chart(alt.InlineData(values=data)).encode(
        x=x.axis(grid=False, tickCount=5),
        color=alt.Color("modality:N", legend=modality, scale=alt.Scale(range=list(TONES))),
    )
    return alt.layer(
        base.mark_rule(strokeWidth=1.2, opacity=0.5).encode(y=y, y2="high:Q"),
        base.mark_point(filled=filled, size=90, opacity=1, strokeWidth=1.8).encode(
            y="dice:Q", shape=alt.Shape("region:N", legend=region)
        ),
    )


def _ranks(data: list[Row]) -> Layer:
    base = alt.Chart(alt.InlineData(values=data))
    return base.mark_text(align="left", dx=8, dy=-7, fontSize=12, fontWeight="bold").encode(
        x="score:Q", y="dice:Q", text="rank:N"
    )
