"""A card says which protocol it follows; each layer has a file or folder of that name."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from benchmarks.plan.benchmarks import BENCHMARKS, WRITTEN, following
from benchmarks.plan.errors import PlanError
from benchmarks.plan.protocols import KINDS, PROTOCOLS, protocol_of


def test_every_benchmark_follows_a_protocol_that_there_is():
    assert {card.protocol for card in WRITTEN} == set(PROTOCOLS)
    for card in WRITTEN:
        assert protocol_of(card).slug == card.protocol
    for slug in PROTOCOLS:
        assert {card.protocol for card in following(slug)} <= {slug}


def test_an_unknown_protocol_is_refused_with_the_choices():
    card = replace(BENCHMARKS["site-shift"], protocol="guess")
    with pytest.raises(PlanError, match="'guess' is not one of: comparison, source_selection"):
        protocol_of(card)


@pytest.mark.parametrize("slug", PROTOCOLS)
def test_a_protocol_has_the_same_name_in_every_layer(slug):
    assert find_spec(f"benchmarks.plan.protocols.{slug}")
    room = f"benchmarks.engine.steps.{slug}"
    assert {kind.work.startswith(f"{room}.") for kind in PROTOCOLS[slug].steps} == {True}


def test_kinds_of_steps_have_names_of_their_own():
    every = [kind for protocol in PROTOCOLS.values() for kind in protocol.steps]
    assert len({kind.kind for kind in every}) == len(every)
    assert set(every) <= set(KINDS.values())
