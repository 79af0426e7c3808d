import re
import xml.etree.ElementTree as ET

import altair as alt
import pytest

from reviewdb.common.vega import (
    LABEL_LINES,
    chart_svg,
    label_lines,
    padding,
    svg_to_pdf,
    svg_to_png,
    whole_ticks,
)

LONG = "A name of an application that is much longer than any axis of a chart would leave it"


def bars(name: str) -> str:
    axis = alt.Axis(labelLimit=0, labelExpr=LABEL_LINES)
    chart = alt.Chart({"values": [{"name": name, "count": 1}]}).mark_bar()
    chart = chart.encode(y=alt.Y("name:N", title=None, axis=axis), x="count:Q")
    return chart_svg(chart.properties(description="Counts <by> name").to_dict())


def texts(svg: str) -> list[str]:
    nodes = ET.fromstring(svg).iter()  # noqa: S314 - drawn here
    return [node.text for node in nodes if node.text]


def test_a_long_label_is_drawn_whole_in_lines() -> None:
    drawn = bars(label_lines(LONG, width=150))
    assert "…" not in drawn
    assert " ".join(text for text in texts(drawn) if text in LONG) == LONG


def test_a_chart_is_named_by_its_description() -> None:
    assert 'aria-label="Counts &lt;by&gt; name"' in bars("a")


def test_a_chart_becomes_a_picture_and_a_page() -> None:
    assert svg_to_png(bars("a")).startswith(b"\x89PNG")
    assert svg_to_pdf(bars("a")).startswith(b"%PDF")


def test_longer_labels_get_more_room() -> None:
    assert padding()["left"] < padding(left=["abc"])["left"] < padding(left=["abc", LONG])["left"]
    assert padding(left=[LONG])["right"] == padding()["right"]


@pytest.mark.parametrize("largest", [0, 1, 2, 9, 10, 11, 50, 1234])
def test_ticks_of_counts_are_whole_and_reach_the_largest(largest: int) -> None:
    ticks = whole_ticks(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= max(largest, 1)
    assert len(ticks) <= 12
    assert len(set(ticks)) == len(ticks)


def test_no_axis_shows_one_number_twice() -> None:
    chart = alt.Chart({"values": [{"name": "a", "count": 1}]}).mark_bar()
    axis = alt.Axis(values=whole_ticks(2), format="d")
    svg = chart_svg(chart.encode(x=alt.X("count:Q", axis=axis)).to_dict())
    shown = [text for text in texts(svg) if re.fullmatch(r"\d+", text)]
    assert len(set(shown)) == len(shown)
