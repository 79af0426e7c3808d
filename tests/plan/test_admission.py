"""Which strategies a scenario admits follows from their cards, and from nothing else."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.engine import strategies
from benchmarks.plan import catalog
from benchmarks.plan.admission import left_out
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.catalog import CARDS, STRATEGIES, WRITTEN
from benchmarks.plan.limits import Condition, Limit

PINNED = json.loads((Path(__file__).parent / "data/admitted.json").read_text("utf-8"))
"""What was admitted while lists beside the cards said so; later strategies are not in it."""
KNOWN = {slug for about in PINNED.values() for slug in about["strategies"].split()}


def of_then(slugs):
    """Return those that the pinned lists know and whose files are here."""
    return [slug for slug in slugs if slug in KNOWN & set(STRATEGIES)]


@pytest.mark.parametrize("slug", [slug for slug in PINNED if slug in BENCHMARKS])
def test_each_benchmark_admits_what_it_admitted_before_cards_said_it(slug):
    card, then = BENCHMARKS[slug], PINNED[slug]
    assert of_then(card.strategies) == of_then(then["strategies"].split())
    assert of_then(card.default_strategies) == of_then(then["default"].split())
    for scenario in card.scenarios:
        now = {e.reason: of_then(e.strategies) for e in scenario.exclusions}
        wanted = {r: of_then(s.split()) for r, s in then["left_out"].get(scenario.slug, {}).items()}
        assert {r: s for r, s in now.items() if s} == {r: s for r, s in wanted.items() if s}


def test_what_follows_from_reading_is_not_written_again_on_a_card():
    for card in CARDS:
        reading = card.limit_under([Condition.PUBLISHED_WEIGHTS])
        written = [limit for limit in card.limits if limit.condition is Condition.PUBLISHED_WEIGHTS]
        assert not written or reading in written


def test_the_first_condition_that_is_met_gives_the_reason():
    card = next(card for card in CARDS if not card.needs_target_labels and not card.is_baseline)
    limited = replace(card, limits=(Limit(Condition.REGRESSION, "It has no classes."),))
    both = limited.limit_under([Condition.REGRESSION, Condition.NEW_TASK])
    assert both.reason == "It has no classes."
    assert limited.limit_under([Condition.NEW_TASK]).reason.startswith("Without target labels")
    assert limited.limit_under([]) is None


def test_every_reason_is_a_sentence():
    for card in WRITTEN:
        for limit in card.limits:
            assert limit.reason[0].isupper()
            assert limit.reason.endswith(".")
    assert left_out() == ()


def test_every_strategy_file_has_a_card_and_every_card_here_a_file():
    folder = Path(strategies.__path__[0])
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    named = {card.runner.partition(":")[0].rpartition(".")[2] for card in CARDS}
    assert files <= named
    assert all(find_spec(card.runner.partition(":")[0]) for card in CARDS)


def test_a_card_whose_file_was_taken_away_is_left_out_alone():
    gone = replace(CARDS[-1], slug="gone", runner="benchmarks.engine.strategies.not_there:Gone")
    assert catalog._here([*CARDS, gone]) == CARDS
