import io
import re
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageChops

from reviewdb.common.svg_text import text_width, wrap
from reviewdb.common.vega import svg_to_pdf, svg_to_png
from reviewdb.reviews.prisma.diagram import LEGEND, MARK, TEXT_SIZE, flow_svg
from reviewdb.reviews.prisma.flow import BoxJson, flow_boxes, source_wording

SVG = "{http://www.w3.org/2000/svg}"
STAGES = {
    "records_identified_scopus": 399,
    "records_identified_springer": 34,
    "records_identified_total": 433,
    "removed_before_screening": 42,
    "records_screened": 391,
    "records_excluded": 220,
    "reports_assessed": 171,
    "reports_excluded": 44,
    "excluded_inaccessible": 2,
    "excluded_unclear": 42,
    "studies_added_other_methods": 2,
    "studies_included": 129,
}


def boxes(**changes: int) -> list[BoxJson]:
    return flow_boxes({**STAGES, **changes}, studies_included=129, searches=[])


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def counted(svg: str) -> set[int]:
    return {int(number) for text in texts(svg) for number in re.findall(r"n = (\d+)", text)}


def test_the_diagram_is_well_formed_and_shows_every_count() -> None:
    svg = flow_svg(boxes(), title="Flow")
    assert {box["count"] for box in boxes()} <= counted(svg)


def test_only_published_counts_carry_the_mark_and_the_legend_explains_it() -> None:
    shown = texts(flow_svg(boxes(), title="Flow"))
    assert f"(n = 391){MARK}" in shown
    assert "(n = 129)" in shown
    assert LEGEND in shown
    assert LEGEND not in texts(flow_svg(flow_boxes({}, studies_included=3, searches=[]), title=""))


def test_the_sources_wording_stands_below_the_diagram() -> None:
    note = source_wording(STAGES)
    assert note in " ".join(texts(flow_svg(boxes(), title="Flow", note=note)))


def test_title_and_description_say_in_words_what_is_drawn() -> None:
    root = ET.fromstring(flow_svg(boxes(), title="A & <B>"))  # noqa: S314
    assert root.findtext(f"{SVG}title") == "A & <B>"
    assert "Records screened: 391." in (root.findtext(f"{SVG}desc") or "")


def test_a_review_without_other_methods_has_one_column() -> None:
    narrow = flow_svg(boxes(studies_added_other_methods=0, studies_included=127), title="Flow")
    assert not any("other methods" in text for text in texts(narrow))
    assert any("other methods" in text for text in texts(flow_svg(boxes(), title="Flow")))


def test_a_new_review_is_drawn_with_what_is_not_recorded_yet() -> None:
    svg = flow_svg(flow_boxes({}, studies_included=0, searches=[]), title="Flow")
    assert "(not recorded)" in texts(svg)
    assert "(n = 0)" in texts(svg)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script> & co", "a\x00b\nc", "x" * 400, "脳" * 90]
)
def test_any_source_name_stays_text_inside_its_box(name: str) -> None:
    svg = flow_svg(flow_boxes({}, studies_included=0, searches=[(name, 5)]), title=name)
    assert "<script" not in svg
    root = ET.fromstring(svg)  # noqa: S314
    lines = [text for text in root.iter(f"{SVG}text") if not text.get("text-anchor")]
    inside = [(line, box) for line in lines for box in areas(root) if starts_in(line, box)]
    assert len(inside) >= len(lines) - 1  # the legend stands below the boxes
    for line, (left, _, width, _) in inside:
        assert float(line.get("x", 0)) + text_width(line.text or "", TEXT_SIZE) <= left + width


def areas(root: ET.Element) -> list[list[float]]:
    return [
        [float(rect.get(key, 0)) for key in ("x", "y", "width", "height")]
        for rect in root.findall(f"{SVG}rect")[1:]
    ]


def starts_in(line: ET.Element, box: list[float]) -> bool:
    x, y = float(line.get("x", 0)), float(line.get("y", 0))
    left, top, width, height = box
    return left < x < left + width and top < y < top + height


def test_no_arrow_runs_through_a_box() -> None:
    root = ET.fromstring(flow_svg(boxes(), title="Flow"))  # noqa: S314
    for path in root.findall(f"{SVG}path"):
        x, top, bottom = _vertical(path.get("d", ""))
        for left, y, width, height in areas(root):
            assert not (left < x < left + width and top < y + height and y < bottom)


def _vertical(course: str) -> tuple[float, float, float]:
    start = re.match(r"M([\d.]+) ([\d.]+)(?:V([\d.]+))?", course)
    assert start
    x, top, bottom = start.groups()
    return float(x), float(top), float(bottom or top)


def test_png_has_ink_and_the_pixels_asked_for() -> None:
    svg = flow_svg(boxes(), title="Flow")
    width = float(ET.fromstring(svg).get("width", 0))  # noqa: S314
    png = svg_to_png(svg, scale=1.5)
    assert png.startswith(b"\x89PNG")
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    assert abs(picture.width - 1.5 * width) <= 1
    blank = Image.new("RGB", picture.size, "white")
    assert ImageChops.difference(picture, blank).getbbox() is not None


def test_pdf_is_a_pdf_with_a_page() -> None:
    pdf = svg_to_pdf(flow_svg(boxes(), title="Flow"))
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 5000


def test_lines_fit_and_lose_no_letter() -> None:
    text = "A sentence of several words and onewordthatismuchlongerthanalinemaybe"
    lines = wrap(text, width=120, size=12)
    assert all(text_width(line, 12) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
