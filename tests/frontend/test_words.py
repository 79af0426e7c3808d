"""Numbers and states in words."""

import pytest

from benchmarks.plan.verdict_rules import secondary
from frontend.presenters.words import (
    DASH,
    device_words,
    duration,
    no_verdict_word,
    number,
    plain_number,
    signed,
)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, DASH), (0.04, "0.0 s"), (3, "3 s"), (9.96, "10.0 s"), (59.4, "59 s"), (60, "1 min"),
     (200, "3 min 20 s"), (3599.6, "1 h"), (7500, "2 h 5 min"), (100800, "1 d 4 h")],
)  # fmt: skip
def test_duration(seconds, said):
    assert duration(seconds) == said


def test_numbers_carry_a_real_minus_and_a_dash_for_none():
    assert number(-0.5) == "\u22120.500"
    assert signed(0.5) == "+0.500"
    assert signed(-0.5) == "\u22120.500"
    assert number(None) == signed(None) == plain_number(None) == DASH


def test_printed_numbers_keep_their_digits():
    assert [plain_number(value) for value in (17, 12.4, 11.63)] == ["17", "12.4", "11.63"]


def test_device_is_said_in_words_whatever_was_recorded():
    assert device_words({"device": "cuda:0", "name": "X", "threads": 1}) == "cuda:0 (X, 1 thread)"
    assert device_words("pretended") == "pretended"
    assert device_words(None) == ""


def test_a_secondary_result_takes_one_word_and_other_reasons_are_told():
    assert no_verdict_word(secondary("dice", "last")) == "secondary"
    reason = "too few seeds: 2 of at least 5"
    assert no_verdict_word(reason) == f"no verdict: {reason}"
