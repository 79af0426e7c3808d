"""What entries may hold, and the form they are stored in."""

import pytest

from reviewdb.common.entered import (
    LARGEST,
    EntryError,
    entered_doi,
    entered_text,
    whole_number,
)


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b[0m", "\x7f", "\x85", "\ud800", "\uffff"])
def test_a_character_that_no_text_has_is_refused_with_its_place(bad):
    with pytest.raises(EntryError, match=f"U\\+{ord(bad[0]):04X} at position 3"):
        entered_text(f"ab{bad}")


def test_a_text_is_composed_and_without_blanks_around_it():
    assert entered_text("  Mu\u0308ller \t\n et al. ") == "M\u00fcller et al."
    assert entered_text(" one \r\n\r\n two\rthree ", lines=True) == "one \n\n two\nthree"
    assert entered_text("\u05d0\u200f \U0001f9e0") == "\u05d0\u200f \U0001f9e0"


def test_a_text_is_counted_as_it_is_stored():
    assert entered_text(" " * 50 + "abc", limit=3) == "abc"
    with pytest.raises(EntryError, match="at most 3 characters, has 4"):
        entered_text("abcd", limit=3)


@pytest.mark.parametrize(
    "given",
    ["10.1002/jmri.25898", " DOI: 10.1002/jmri.25898 ", "https://doi.org/10.1002/jmri.25898"],
)
def test_a_doi_is_stored_alone(given):
    assert entered_doi(given) == "10.1002/jmri.25898"
    assert entered_doi("  ") == ""


@pytest.mark.parametrize(
    "given",
    [
        "not a doi",
        "javascript:alert(1)",
        "https://example.org/10.1002/x",
        "10.1002/a\x00b",
        "https://doi.org/10.1002/%ED%A0%80%00",
        "\u0661\u0660.1002/x",
    ],
)
def test_what_is_no_doi_is_refused(given):
    with pytest.raises(EntryError):
        entered_doi(given)


@pytest.mark.parametrize(
    "given", ["", "-1", "+1", " 1", "1.0", "\u00b2", "\u0663", "9" * 5000, str(LARGEST + 1), "x"]
)
def test_a_whole_number_is_written_in_few_ascii_digits(given):
    assert whole_number(given) is None
    assert whole_number(str(LARGEST)) == LARGEST
