"""What a strategy's term adds, on the pages of runs and nodes."""

import pytest

from benchmarks.models import Result
from frontend.presenters.terms import TermRow


def result(**changes):
    values = {
        "strategy": "dann",
        "term_effect": 0.22,
        "term_effect_low": 0.1,
        "term_effect_high": 0.3,
        "term_gradient": 0.4,
        "detail": {"term": {"strengths": {"trade_off": 1.0}, "gain_without": -0.28}},
    }
    return Result(**{**values, **changes})


def test_a_term_that_helps_is_told_apart_from_the_rest_of_the_strategy():
    row = TermRow(result(gain=-0.06))
    assert (row.word, row.strengths, row.gain_without) == ("the term helps", "trade off 1", -0.28)
    assert not row.is_weak


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"term_effect_low": -0.1}, "no effect beyond chance"),
        ({"term_effect_low": -0.3, "term_effect_high": -0.1}, "the term hurts"),
        ({"term_effect_low": None, "term_effect_high": None}, "not measured"),
        (
            {"term_effect_low": None, "detail": {"term": {"reason": "out of memory"}}},
            "not measured: out of memory",
        ),
    ],
)
def test_the_word_for_a_term_follows_from_its_interval(changes, word):
    assert TermRow(result(**changes)).word == word


@pytest.mark.parametrize(("share", "is_weak"), [(0.049, True), (0.05, False), (None, False)])
def test_a_gradient_under_five_percent_is_flagged(share, is_weak):
    assert TermRow(result(term_gradient=share)).is_weak is is_weak


def test_a_term_without_a_gradient_says_why():
    assert TermRow(result(strategy="shot", term_gradient=None)).why_no_share.startswith("No label")
    assert TermRow(result()).why_no_share == ""


def test_the_page_of_a_run_shows_the_reason_in_place_of_the_gradient(client, measured):
    row = measured.results.exclude(baseline="").filter(mean__isnull=False).first()
    row.strategy, row.term_gradient = "joint_sparsity", None
    row.detail = {**row.detail, "term": {"strengths": {"trade_off": 3.0}}}
    row.save()
    html = client.get(f"/runs/{measured.pk}/?selection={row.selection}").content.decode()
    assert "Its norm acts by a proximal step" in html


def test_the_page_of_a_run_shows_effect_and_gradient(client, measured):
    row = measured.results.exclude(baseline="").filter(mean__isnull=False).first()
    for name in ("term_effect", "term_effect_low", "term_effect_high"):
        setattr(row, name, 0.123)
    row.term_gradient = 0.01
    row.detail = {**row.detail, "term": {"strengths": {"trade_off": 1.0}, "gain_without": -0.077}}
    row.save()
    html = client.get(f"/runs/{measured.pk}/?selection={row.selection}").content.decode()
    for shown in ("What each strategy", "+0.123", "trade off 1", "\u22120.077", "weak term", "1%"):
        assert shown in html, shown
