import pytest

from reviewdb.common.text import bare_doi, printable, without_markup


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H<sub>2</sub>O &amp; CO<sub>2</sub>: p &lt; 0.05", "H2O & CO2: p < 0.05"),
        ("<jats:italic>In vivo</jats:italic><br/>tides", "In vivo tides"),
        ('A <mml:math display="inline"><mml:mi>k</mml:mi></mml:math> mesh', "A k mesh"),
        ("a < b and c > d", "a < b and c > d"),
        ("D&amp;amp;D", "D&amp;D"),
        ("one\x00 two\n three\x1b", "one two three"),
        ("half \ud800 a pair", "half \ufffd a pair"),
    ],
)
def test_markup_goes_and_what_it_holds_stays(text: str, expected: str) -> None:
    assert without_markup(text) == expected


def test_line_ends_and_tabs_are_no_control_characters_to_drop() -> None:
    assert printable("a\tb\r\nc\x07\x7f\x80") == "a\tb\r\nc"


@pytest.mark.parametrize(
    "text",
    [
        "10.5555/Cr.stop",
        "10.5555/Cr.stop.",
        "doi: 10.5555/Cr.stop",
        "DOI 10.5555/Cr.stop,",
        "https://doi.org/10.5555/Cr.stop",
        "http://dx.doi.org/10.5555/Cr.stop",
        "doi.org/10.5555%2FCr.stop",
        "doi:https://www.doi.org/10.5555/Cr.stop)",
    ],
)
def test_one_doi_has_one_form(text: str) -> None:
    assert bare_doi(text) == "10.5555/Cr.stop"


def test_what_is_no_doi_is_told_from_nothing() -> None:
    assert bare_doi("  ") == ""
    for text in ("not available", "javascript:alert(1)", "https://example.org/10.5555/x", "10.5/x"):
        assert bare_doi(text) is None


def test_a_doi_keeps_its_brackets_and_its_length() -> None:
    sici = "10.1002/(SICI)1096-8644(199601)99:1<1::AID-AJPA1>3.0.CO;2-1"
    assert bare_doi(f"https://doi.org/{sici}") == sici
    long = f"10.5555/{'x' * 220}"
    assert bare_doi(long) == long
    assert bare_doi(f"10.5555/{'x' * 3000}") is None
