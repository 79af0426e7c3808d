"""Charts of the knowledge base as Vega-Lite specifications; ``reviewdb.common.vega`` draws them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from reviewdb.common.json_object import JsonObject
from reviewdb.common.svg_text import FONTS
from reviewdb.common.vega import LABEL_LINES, label_lines, padding, whole_ticks

Spec = JsonObject
"""A Vega-Lite specification."""
Row = Mapping[str, Any]

# Okabe and Ito's palette: told apart with every common colour blindness, and in grey by lightness.
BLUE, ORANGE, GREEN, YELLOW = "#0072b2", "#e69f00", "#009e73", "#f0e442"
INK, INK_SOFT, RULE = "#1b1f24", "#57606a", "#d8dee4"
BAR = 16  # height of a bar in pixels
WIDTH = 420
LABEL_WIDTH = 330
LABEL_SIZE = 11


def studies_per_year(years: Sequence[int | None]) -> Spec:
    """Return a column chart of the known years; the subtitle counts the studies without one."""
    known = Counter(year for year in years if year is not None)
    span = range(min(known), max(known) + 1) if known else range(0)
    rows = [{"year": str(year), "studies": known[year]} for year in span]
    unknown = sum(year is None for year in years)
    base = alt.Chart({"values": rows}).encode(
        x=alt.X("year:O", title="Year of publication", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("studies:Q", title="Studies", axis=_plain_axis(known.values(), has_grid=True)),
    )
    labels = base.mark_text(dy=-7, color=INK).encode(text="studies:Q")
    subtitle = f"Studies whose year is known: {known.total()}"
    if unknown:
        subtitle += f"; not known yet: {unknown}"
    chart = base.mark_bar(color=BLUE) + labels
    return _finished(chart.properties(width=WIDTH, height=200), "Studies per year", subtitle)


def studies_per_node(strategies: Sequence[Row], *, studies: int) -> Spec:
    """Return approaches beside distinct studies for each leaf of the strategies table."""
    types = Counter(row["type"] for row in strategies)
    # A type is its own leaf where it has no subtypes; else its row is a total and is not drawn.
    leaves = [row for row in strategies if row["subtype"] or types[row["type"]] == 1]
    rows = [
        {"node": _node_label(row), "what": what, "count": row[field]}
        for row in leaves
        for what, field in (("approaches", "approaches"), ("distinct studies", "studies"))
    ]
    order = list(dict.fromkeys(row["node"] for row in rows))
    base = alt.Chart({"values": rows}).encode(
        y=alt.Y("node:N", sort=order, title=None, axis=_label_axis()),
        x=alt.X("count:Q", title="Count", axis=_plain_axis(row["count"] for row in rows)),
        yOffset=alt.YOffset("what:N", sort=["approaches", "distinct studies"]),
    )
    color = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=["approaches", "distinct studies"], range=[ORANGE, BLUE]),
        legend=alt.Legend(orient="top", direction="horizontal"),
    )
    numbers = base.mark_text(align="left", dx=4, fontSize=10, color=INK).encode(text="count:Q")
    chart = base.mark_bar().encode(color=color) + numbers
    subtitle = f"{studies} studies; one study may hold several approaches"
    return _finished(
        chart.properties(width=WIDTH, height=alt.Step(BAR * 0.85)),
        "Transfer strategies",
        subtitle,
        order,
    )


def tasks_as_published(tasks: Sequence[Row]) -> Spec:
    """Return the tasks table's published counts per application, one panel a task."""
    rows = [
        {
            "task": row["task"],
            "application": _label(str(row["application"])),
            "studies": row["published"],
        }
        for row in tasks
        if row["application"] and row["published"] is not None
    ]
    order = list(dict.fromkeys(row["task"] for row in rows))
    labels = [row["application"] for row in rows]
    base = alt.Chart().encode(
        y=alt.Y("application:N", sort="-x", title=None, axis=_label_axis()),
        x=alt.X("studies:Q", title="Studies", axis=_plain_axis(row["studies"] for row in rows)),
    )
    numbers = base.mark_text(align="left", dx=4, fontSize=10, color=INK).encode(text="studies:Q")
    bars = base.mark_bar(color=BLUE)
    chart = (
        alt.layer(bars, numbers, data={"values": rows})
        .properties(width=WIDTH, height=alt.Step(BAR))
        .facet(row=alt.Row("task:N", sort=order, title=None, header=_row_header()), spacing=12)
        .resolve_scale(y="independent")
    )
    return _finished(chart, "Tasks and applications", "Counts as published", labels)


def _node_label(row: Row) -> str:
    levels = (row[level] for level in ("type", "subtype", "subsubtype"))
    return _label(" / ".join(str(level) for level in levels if level))


def _label(text: str) -> str:
    return label_lines(text, width=LABEL_WIDTH, size=LABEL_SIZE)


def _label_axis() -> alt.Axis:
    """Return an axis that draws its labels whole, in lines where they are long."""
    return alt.Axis(labelLimit=0, labelExpr=LABEL_LINES)


def _plain_axis(counts: Iterable[int], *, has_grid: bool = False) -> alt.Axis:
    """Return an axis of whole numbers; a bar with its number beside it needs no grid."""
    return alt.Axis(values=whole_ticks(max(counts, default=0)), format="d", grid=has_grid)


def _row_header() -> alt.Header:
    return alt.Header(
        labelAngle=0,
        labelAlign="left",
        labelAnchor="start",
        labelOrient="top",
        labelFontWeight="bold",
        labelFontSize=12,
        labelColor=INK,
        labelPadding=0,
        labelLimit=0,
        labelBaseline="line-bottom",
    )


def _finished(chart: Any, title: str, subtitle: str, labels: Iterable[str] = ()) -> Spec:
    """Return the chart's specification with the look that all charts share."""
    heading = alt.TitleParams(
        title, subtitle=subtitle, anchor="start", offset=12, subtitleColor=INK_SOFT, fontSize=14
    )
    styled = (
        chart.properties(
            title=heading,
            description=f"{title}. {subtitle}.",
            background="white",
            padding=padding(left=labels, size=LABEL_SIZE),
        )
        .configure(font=FONTS)
        .configure_view(stroke=None)
        .configure_axis(
            domainColor=INK_SOFT, gridColor=RULE, labelColor=INK, titleColor=INK, tickColor=INK_SOFT
        )
        .configure_axisY(labelFontSize=LABEL_SIZE)
        .configure_legend(labelFontSize=11)
    )
    spec: Spec = styled.to_dict()
    return spec
