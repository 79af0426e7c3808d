"""Charts of the knowledge gaps' pages as SVG text: rows in, picture out; no Django, no torch."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import altair as alt
import numpy as np

from benchmarks.findings.charts.results import BASELINE_TONE, TONES, Options, Row, as_svg, scale_of
from benchmarks.findings.verdicts import VERDICTS
from reviewdb.common.vega import LABEL_LINES, LINE_BREAK, label_lines, whole_ticks

Panel = Any

WIDEST = 4.0
"""Weights above this multiple of the mean share the last bar; outliers must not stretch it."""
BIN = 0.25
FROM_INPUT, FROM_OUTPUT = "from the input", "from the output"
END_TONES = {FROM_INPUT: TONES[0], FROM_OUTPUT: TONES[1]}
END_DASHES = {FROM_INPUT: [1, 0], FROM_OUTPUT: [6, 3]}
ASIDE = 0.09  # in stages; keeps the intervals of the two ends apart
SCRATCH, TRANSFER = "from scratch", "transfer"
COLUMNS = 3
LINES: Options = {
    "orient": "top",
    "symbolType": "stroke",
    "symbolSize": 300,
    "symbolStrokeWidth": 2.5,
    "symbolOpacity": 1,
}


class WeightPanel(TypedDict):
    """One strategy's instance weights over their mean."""

    title: str
    subtitle: str
    weights: Sequence[float]


class DepthPoint(TypedDict):
    """The gain with its interval at a frozen depth; ``end`` is where the depth is counted from."""

    panel: str
    end: str
    depth: int
    gain: float | None
    low: float | None
    high: float | None


class CurvePoint(TypedDict):
    """A mean with its interval at a number of labelled subjects; ``series`` is the curve's name."""

    series: str
    n_target: int
    mean: float | None
    low: float | None
    high: float | None


class CurvePanel(TypedDict):
    """One strategy's learning curve beside the one from scratch; where they meet, if they do."""

    title: str
    break_even_at: int | None
    rows: list[CurvePoint]


class VerdictCount(TypedDict):
    """How often each verdict was given under a name."""

    name: str
    counts: Mapping[str, int]


def weight_histograms(panels: Sequence[WeightPanel]) -> str:
    """Return a histogram per panel: ``title``, ``subtitle``, ``weights`` over their mean.

    All panels share their axes; a dashed line at 1 marks equal weights.
    """
    data: list[Row] = [
        {
            "panel": _panel_title(panel, width=200),
            **bar,
            "equal": None if place else 1,
        }
        for panel in panels
        for place, bar in enumerate(_bins(panel["weights"]))
    ]
    x = alt.X("low:Q", bin="binned", title="weight over the mean weight")
    x = x.axis(values=list(range(int(WIDEST) + 1)), format="d", grid=False)
    y = alt.Y("share:Q", title="slices, %").axis(tickCount=4)
    bars = alt.Chart().mark_bar(color=TONES[0]).encode(x=x, x2="high:Q", y=y)
    equal = alt.Chart().mark_rule(strokeDash=[4, 3], color=BASELINE_TONE, strokeWidth=1.5)
    return _faceted([bars, equal.encode(x="equal:Q")], data, width=200, height=120)


def _faceted(layers: list[Panel], data: Sequence[Row], *, width: int, height: int) -> str:
    """Return a panel per ``panel`` of the data, its lines as title; empty text without data.

    One faceted chart of thirty panels is drawn ten times as fast as thirty concatenated ones.
    """
    if not data:
        return ""
    header = alt.Header(
        title=None,
        labelExpr=LABEL_LINES,
        labelAnchor="start",
        labelFontSize=12,
        labelFontWeight="bold",
        labelLimit=0,
    )
    facet = alt.Facet("panel:N", sort=list(dict.fromkeys(r["panel"] for r in data)), header=header)
    whole = alt.layer(*layers, data=alt.InlineData(values=data))
    panels = whole.properties(width=width, height=height).facet(facet=facet, columns=COLUMNS)
    return as_svg(panels.resolve_axis(x="independent", y="independent"))


def _panel_title(panel: WeightPanel, *, width: float) -> str:
    """Return title and subtitle, each in lines no wider than the panel."""
    lines = (label_lines(panel[name], width=width) for name in ("title", "subtitle"))
    return LINE_BREAK.join(lines)


def _bins(weights: Sequence[float]) -> list[dict[str, float]]:
    edges = np.arange(0.0, WIDEST + 2 * BIN, BIN)
    shown = np.minimum(np.asarray(weights, dtype=float), WIDEST + BIN / 2)
    counts, _ = np.histogram(shown, bins=edges)
    shares = 100 * counts / max(len(shown), 1)
    return [
        {"low": float(low), "high": float(high), "share": float(share)}
        for low, high, share in zip(edges, edges[1:], shares, strict=False)
    ]


def depth_chart(rows: Sequence[DepthPoint], *, metric: str, stages: int) -> str:
    """Return the gain with its interval against frozen depth, a line per end it is counted from.

    ``rows`` have ``end`` (one of both), ``depth``, ``panel``, ``gain``, ``low`` and ``high``; each
    ``panel`` is drawn by itself, with shared axes. Empty text without rows.
    """
    titles = list(dict.fromkeys(row["panel"] for row in rows))
    if not titles:
        return ""
    panels = [_depth_panel([r for r in rows if r["panel"] == t], t, metric, stages) for t in titles]
    return as_svg(alt.concat(*panels, columns=2, spacing=28).resolve_scale(x="shared", y="shared"))


def _depth_panel(rows: list[DepthPoint], title: str, metric: str, stages: int) -> Panel:
    shift = {FROM_INPUT: -ASIDE, FROM_OUTPUT: ASIDE}
    data = [{**row, "x": row["depth"] + shift[row["end"]]} for row in rows]
    legend = alt.Legend(title="counted", **LINES)
    x = alt.X("x:Q", title=f"frozen stages of {stages}", scale=alt.Scale(domain=[-0.3, stages]))
    x = x.axis(values=sorted({row["depth"] for row in rows}), format="d", grid=False)
    colour = alt.Color("end:N", scale=scale_of(END_TONES), legend=legend)
    dash = alt.StrokeDash("end:N", legend=legend)
    dash = dash.scale(domain=list(END_DASHES), range=list(END_DASHES.values()))
    base = alt.Chart(alt.InlineData(values=data)).encode(x=x, color=colour)
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(
        strokeDash=[4, 3], color=BASELINE_TONE
    )
    y = alt.Y("gain:Q", title=f"gain in {metric}")
    return alt.layer(
        base.mark_rule(strokeWidth=1.6, opacity=0.75).encode(
            y=alt.Y("low:Q", title=f"gain in {metric}"), y2="high:Q"
        ),
        base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash),
        base.mark_point(filled=True, size=60, opacity=1).encode(y=y),
        zero.encode(y=alt.Y("zero:Q")),
    ).properties(width=300, height=220, title=title)


def break_even_curves(panels: Sequence[CurvePanel], *, metric: str) -> str:
    """Return a panel per strategy: its learning curve, the one from scratch, the break-even.

    A panel has ``title``, ``break_even_at`` (None without one) and ``rows``: ``series``
    (``SCRATCH`` or ``title``), ``n_target``, ``mean``, ``low``, ``high``. Axes are shared, label
    counts on a logarithmic one. Empty text without panels.
    """
    data: list[Row] = [
        {
            **row,
            "series": _series(row),
            "panel": label_lines(panel["title"], width=210),
            "at": panel["break_even_at"],
        }
        for panel in panels
        for row in panel["rows"]
    ]
    x = alt.X("n_target:Q", title="labelled target subjects")
    x = x.axis(values=sorted({row["n_target"] for row in data}), format="d", grid=False)
    tones, dashes = {SCRATCH: BASELINE_TONE, TRANSFER: TONES[0]}, ([6, 4], [1, 0])
    legend = alt.Legend(title=None, **LINES)
    dash = alt.StrokeDash("series:N", legend=legend).scale(domain=list(tones), range=list(dashes))
    base = alt.Chart().encode(
        x=x.scale(type="log", base=2, nice=False),
        color=alt.Color("series:N", scale=scale_of(tones), legend=legend),
    )
    low, mean = (
        alt.Y(name, title=metric, scale=alt.Scale(zero=False)) for name in ("low:Q", "mean:Q")
    )
    layers = [
        base.mark_area(opacity=0.16).encode(y=low, y2="high:Q"),
        base.mark_line(strokeWidth=2.2).encode(y=mean, strokeDash=dash),
        base.mark_point(filled=True, size=45, opacity=1).encode(y=mean),
    ]
    if any(row["at"] is not None for row in data):
        layers.append(alt.Chart().mark_rule(color=TONES[4], strokeWidth=1.5).encode(x="at:Q"))
    return _faceted(layers, data, width=210, height=150)


def _series(row: CurvePoint) -> str:
    return SCRATCH if row["series"] == SCRATCH else TRANSFER


def verdict_bars(rows: Sequence[VerdictCount]) -> str:
    """Return one bar per ``name``, split by verdict; ``rows`` have ``name`` and ``counts``.

    Empty text without rows.
    """
    data: list[Row] = [
        {
            "name": row["name"],
            "verdict": style.word,
            "place": place,
            "results": row["counts"].get(verdict, 0),
        }
        for row in rows
        for place, (verdict, style) in enumerate(VERDICTS.items())
    ]
    if not data:
        return ""
    tones = scale_of({style.word: style.tone for style in VERDICTS.values()})
    longest = max(sum(row["counts"].values()) for row in rows)
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1)
    chart = alt.Chart(alt.InlineData(values=data)).mark_bar()
    chart = chart.encode(
        y=alt.Y("name:N", title=None, sort=None),
        x=alt.X("results:Q", title="verdicts").axis(values=whole_ticks(longest), format="d"),
        color=alt.Color("verdict:N", scale=tones, legend=legend),
        order="place:Q",
    )
    names = (entry["name"] for entry in data)
    return as_svg(chart.properties(width=420, height=alt.Step(22)), names=names)
