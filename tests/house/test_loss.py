"""What the loss of one file costs, for one drawn file of each kind; `.ci/run` takes all in turn."""

import random

import pytest

from tests.conftest import WORLDS
from tests.house.loss import KINDS, fault_of, losses


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_file_that_is_taken_away_takes_its_card_and_nothing_else(kind, worlds, monkeypatch):
    monkeypatch.setenv(WORLDS, str(worlds))  # none is simulated anew for the tests of the copy
    drawn = random.choice(losses([kind]))  # noqa: S311 - drawn by pytest's own seed
    assert fault_of(drawn) == ""
