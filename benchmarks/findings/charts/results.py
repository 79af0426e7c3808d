"""Charts of results and of training as SVG text: rows in, picture out; no Django, no torch.

Text and axes have no colour of their own, so that a page can tint them for both themes. Marks use
tones that stay distinct in both themes and with the common colour-vision deficiencies.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import altair as alt

from benchmarks.findings.verdicts import VERDICTS, VerdictStyle, verdict_style
from reviewdb.common.svg_text import FONTS
from reviewdb.common.vega import chart_svg, padding, room_beside

Row = Mapping[str, Any]
"""A row of results, or of what a chart draws of them: values by column."""
Options = Mapping[str, Any]
"""Settings of Altair by name."""

TONES = ("#2f7fb8", "#d9771e", "#2a9d6f", "#9a6bbf", "#c9527f", "#a07a3f", "#3aa7a3", "#7a8a2e")
BASELINE_TONE = "#868e93"
DASHES = ([1, 0], [6, 4], [2, 3], [8, 2, 2, 2])
AS_LINES: Options = {"symbolType": "stroke", "symbolSize": 300, "symbolStrokeWidth": 2}
CONFIG: Options = {
    "background": "transparent",
    "font": FONTS,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "labelLimit": 0,  # names are drawn whole
        "labelFlush": False,  # else the first and the last number run into their neighbours
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "tickSize": 4,
        "titlePadding": 8,
    },
    "legend": {
        "labelFontSize": 12,
        "labelLimit": 0,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "columnPadding": 28,  # a browser without this font draws words wider than measured
    },
    "title": {"fontSize": 12, "fontWeight": "bold", "anchor": "start", "frame": "group"},
}


def gain_chart(rows: Sequence[Row], *, names: Mapping[str, str], metric: str) -> str:
    """Return a forest plot: gain with its interval per strategy, a panel per ``n_target``.

    ``rows`` are result rows of one scenario, metric and selection rule; those without a gain are
    left out. Returns an empty text when none is left.
    """
    data = [_gain_entry(row, names) for row in rows if row["gain"] is not None]
    panels = [
        _gain_panel([entry for entry in data if entry["panel"] == panel], panel, data)
        for panel in _in_order(entry["panel"] for entry in data)
    ]
    if not panels:
        return ""
    title = f"transfer gain in {metric} (right of zero: better than the baseline)"
    panels[-1].layer[1].encoding.x.title = title
    chart = alt.vconcat(*panels, spacing=14).resolve_scale(x="shared")
    return as_svg(chart, names=(entry["strategy"] for entry in data))


def _gain_panel(data: list[Row], title: str, everything: list[Row]) -> Any:
    """Return one panel; its legend covers ``everything``, since all panels share it."""
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1)
    x = alt.X("gain:Q", title=None).axis(tickCount=6)
    y = alt.Y("strategy:N", title=None, sort=None)
    styles = verdict_styles((entry["verdict"], entry["withheld"]) for entry in everything)
    tones = scale_of({style.word: style.tone for style in styles})
    shapes = scale_of({style.word: style.shape for style in styles})
    colour = alt.Color("word:N", scale=tones, legend=legend)
    shape = alt.Shape("word:N", scale=shapes, legend=legend)
    base = alt.Chart(alt.InlineData(values=data))
    interval = base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=colour)
    points = base.mark_point(filled=True, size=100, opacity=1)
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(
        strokeDash=[4, 3], color=BASELINE_TONE
    )
    return alt.layer(
        interval, points.encode(x=x, y=y, color=colour, shape=shape), zero.encode(x="zero:Q")
    ).properties(width=480, height=alt.Step(26), title=title)


def _gain_entry(row: Row, names: Mapping[str, str]) -> Row:
    subjects = "subject" if row["n_target"] == 1 else "subjects"
    baseline = names.get(row["baseline"], row["baseline"])
    return {
        "strategy": names.get(row["strategy"], row["strategy"]),
        "gain": row["gain"],
        "low": row["gain"] if row["gain_low"] is None else row["gain_low"],
        "high": row["gain"] if row["gain_high"] is None else row["gain_high"],
        "verdict": row["verdict"] or "",
        "withheld": row.get("withheld") or "",
        "word": verdict_style(row["verdict"], row.get("withheld")).word,
        "panel": f"{row['n_target']} labelled target {subjects}, against {baseline}",
    }


def learning_curves(
    rows: Sequence[Row], *, names: Mapping[str, str], baselines: Sequence[str], metric: str
) -> str:
    """Return the mean with its interval against ``n_target``, one line per strategy.

    ``rows`` are of one scenario, metric and selection rule. Returns an empty text without any mean.
    """
    kept = [row for row in rows if row["mean"] is not None]
    if not kept:
        return ""
    slugs = _in_order(row["strategy"] for row in kept)
    counts = sorted({row["n_target"] for row in kept})
    data = [_curve_entry(row, names, slugs, counts[-1]) for row in kept]
    colour, dash = _curve_encodings(slugs, names, baselines)
    x = alt.X("n:Q", title="labelled target subjects", scale=alt.Scale(nice=False))
    x = x.axis(values=counts, format="d", grid=False)
    y = alt.Y("low:Q", title=f"{metric}, mean with 95% interval", scale=alt.Scale(zero=False))
    base = alt.Chart(alt.InlineData(values=data)).encode(x=x, color=colour)
    chart = alt.layer(
        base.mark_rule(strokeWidth=1.6, opacity=0.75).encode(y=y, y2="high:Q"),
        base.mark_line(strokeWidth=2.2).encode(y="mean:Q", strokeDash=dash),
        base.mark_point(filled=True, size=60, opacity=1).encode(y="mean:Q"),
    )
    return as_svg(
        chart.properties(width=480, height=300), legend=(names.get(slug, slug) for slug in slugs)
    )


def _curve_entry(row: Row, names: Mapping[str, str], slugs: Sequence[str], largest: int) -> Row:
    # Points of one n_target stand side by side, or their intervals would hide each other.
    aside = (slugs.index(row["strategy"]) - (len(slugs) - 1) / 2) * 0.011 * max(largest, 1)
    return {
        "strategy": names.get(row["strategy"], row["strategy"]),
        "n": row["n_target"] + aside,
        "mean": row["mean"],
        "low": row["mean"] if row["low"] is None else row["low"],
        "high": row["mean"] if row["high"] is None else row["high"],
    }


def _curve_encodings(
    slugs: Sequence[str], names: Mapping[str, str], baselines: Sequence[str]
) -> tuple[alt.Color, alt.StrokeDash]:
    labels = [names.get(slug, slug) for slug in slugs]
    greys = cycle((BASELINE_TONE, dash) for dash in DASHES[1:])
    # Each pair of colour and dash is used once before any repeats.
    tones = cycle((tone, dash) for dash in DASHES for tone in TONES)
    styles = [next(greys) if slug in baselines else next(tones) for slug in slugs]
    colours, dashes = [tone for tone, _ in styles], [dash for _, dash in styles]
    legend = alt.Legend(
        title=None, orient="top", columns=3, columnPadding=room_beside(labels), **AS_LINES
    )
    return (
        alt.Color(
            "strategy:N", sort=None, legend=legend, scale=alt.Scale(domain=labels, range=colours)
        ),
        alt.StrokeDash(
            "strategy:N", sort=None, legend=legend, scale=alt.Scale(domain=labels, range=dashes)
        ),
    )


def training_curves(curves: Sequence[Row], *, validated: str) -> str:
    """Return loss and validation while training, averaged over seeds, a colour per ``n_target``.

    ``curves`` is the content of a ``curves`` artifact: per fit its ``curve`` (named scalars per
    iteration) and its ``validations`` (a score per selection rule, which ``validated`` names).
    Empty text where nothing was trained step by step.
    """
    panels = {
        title: points
        for part, title in (("curve", "loss"), ("validations", validated))
        if (points := _points(curves, part))
    }
    if len({point["iteration"] for points in panels.values() for point in points}) < 2:
        return ""
    drawn = [
        _training_panel(points, title, has_points=title == validated)
        for title, points in panels.items()
    ]
    chart = alt.hconcat(*drawn, spacing=30).resolve_scale(strokeDash="independent")
    series = {point["series"] for points in panels.values() for point in points}
    return as_svg(chart, legend=series)


def _points(curves: Sequence[Row], part: str) -> list[Row]:
    return [
        {
            "iteration": point["iteration"],
            "series": name.replace("_", " "),
            "value": value,
            "fit": f"{curve['n_target']} labelled",
        }
        for curve in curves
        for point in curve[part]
        for name, value in point.items()
        if name != "iteration" and value is not None
    ]


def _training_panel(data: list[Row], title: str, *, has_points: bool) -> Any:
    fits, series = _in_order(p["fit"] for p in data), _in_order(p["series"] for p in data)
    dashes = alt.Scale(
        domain=series, range=[style for style, _ in zip(cycle(DASHES), series, strict=False)]
    )
    tones = alt.Scale(domain=fits, range=list(TONES))
    legend = alt.Legend(title=None, orient="top", columns=2)
    lines = alt.Legend(
        title=None, orient="top", columns=2, symbolStrokeColor=BASELINE_TONE, **AS_LINES
    )
    several = lines if len(series) > 1 else None
    base = alt.Chart(alt.InlineData(values=data)).encode(
        x=alt.X("iteration:Q", title="training iteration").axis(grid=False, tickCount=5),
        y=alt.Y("mean(value):Q", title=title, scale=alt.Scale(zero=False)),
        color=alt.Color("fit:N", sort=None, legend=legend, scale=tones),
        detail="series:N",
    )
    dash = alt.StrokeDash("series:N", sort=None, legend=several, scale=dashes)
    layers = [base.mark_line(strokeWidth=1.8).encode(strokeDash=dash)]
    if has_points:  # a layer of their own: points would hide the dashes in the legend
        layers.append(base.mark_point(filled=True, size=24, opacity=1))
    return alt.layer(*layers).properties(width=250, height=180)


def _in_order(values: Any) -> list[str]:
    return list(dict.fromkeys(values))


def verdict_styles(rows: Iterable[tuple[str, str]]) -> list[VerdictStyle]:
    """Return the styles in a legend: of every verdict, then of any other that occurs.

    ``rows`` hold each row's verdict and why it has none.
    """
    others = (verdict_style(verdict, withheld) for verdict, withheld in rows)
    return list(dict.fromkeys([*VERDICTS.values(), *others]))


def scale_of(table: Mapping[str, str]) -> alt.Scale:
    """Return the scale that gives each of the table's names its colour or shape."""
    return alt.Scale(domain=list(table), range=list(table.values()))


def as_svg(
    chart: alt.TopLevelMixin, *, names: Iterable[str] = (), legend: Iterable[str] = ()
) -> str:
    """Return the chart as SVG in the shared style; its padding leaves room for the labels.

    ``names`` are the labels at its left, ``legend`` those above it.
    """
    room = padding(left=names, right=legend)
    return chart_svg(chart.configure(**CONFIG, padding=room).to_dict())
