import io
from typing import Any
from xml.etree import ElementTree as ET

from PIL import Image

from reviewdb.common.vega import chart_svg, svg_to_png
from taxonomy.counting.charts import (
    BLUE,
    ORANGE,
    Spec,
    studies_per_node,
    studies_per_year,
    tasks_as_published,
)

STRATEGIES: list[dict[str, Any]] = [
    {"type": "Instance", "subtype": None, "subsubtype": None, "approaches": 11, "studies": 9},
    {"type": "Instance", "subtype": "Fixed", "subsubtype": None, "approaches": 6, "studies": 5},
    {
        "type": "Instance",
        "subtype": "Optimized",
        "subsubtype": "Supervised",
        "approaches": 17,
        "studies": 4,
    },
    {"type": "Relational", "subtype": None, "subsubtype": None, "approaches": 31, "studies": 23},
]
TASKS: list[dict[str, Any]] = [
    {"task": "Segmentation", "application": None, "published": 45, "recounted": None},
    {"task": "Segmentation", "application": "Tumor", "published": 16, "recounted": 1},
    {"task": "Others", "application": "CBIR <x>", "published": 2, "recounted": None},
]


def texts(spec: Spec) -> list[str]:
    root = ET.fromstring(chart_svg(spec))  # noqa: S314
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]


def test_years_between_the_first_and_the_last_are_shown_also_without_studies() -> None:
    shown = texts(studies_per_year([2018, 2020, 2020, None]))
    assert {"2018", "2019", "2020"} <= set(shown)


def test_studies_without_a_year_are_counted_in_the_subtitle() -> None:
    shown = " ".join(texts(studies_per_year([2018, None, None])))
    assert "Studies whose year is known: 1; not known yet: 2" in shown


def test_approaches_and_distinct_studies_stand_side_by_side() -> None:
    shown = texts(studies_per_node(STRATEGIES, studies=129))
    assert {"approaches", "distinct studies", "6", "5", "17", "4"} <= set(shown)
    assert "Instance / Optimized / Supervised" in shown


def test_type_totals_are_not_drawn_beside_their_leaves() -> None:
    shown = texts(studies_per_node(STRATEGIES, studies=129))
    assert "Instance" not in shown
    assert {"Relational", "31", "23"} <= set(shown)


def test_tasks_show_the_published_count_of_each_application() -> None:
    shown = texts(tasks_as_published(TASKS))
    assert {"Segmentation", "Tumor", "16", "CBIR <x>"} <= set(shown)
    assert "45" not in shown


def test_a_review_without_studies_still_has_charts() -> None:
    assert "Studies whose year is known: 0" in " ".join(texts(studies_per_year([])))
    assert texts(studies_per_node([], studies=0))
    assert texts(tasks_as_published([]))


def test_a_drawn_chart_names_itself_and_carries_its_colours() -> None:
    svg = chart_svg(studies_per_node(STRATEGIES, studies=129))
    assert 'role="img" aria-label="Transfer strategies. 129 studies' in svg
    picture = Image.open(io.BytesIO(svg_to_png(svg))).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(maxcolors=1 << 20) or []}
    assert {_rgb(BLUE), _rgb(ORANGE)} <= colours


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def test_charts_need_nothing_from_another_host() -> None:
    for spec in (studies_per_year([2020]), tasks_as_published(TASKS)):
        assert "<script" not in chart_svg(spec)
        assert "url(http" not in chart_svg(spec)
        assert "xlink:href" not in chart_svg(spec)
