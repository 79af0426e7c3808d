"""Whatever a scenario asks for is in the images that its profile shows."""

from dataclasses import replace
from functools import lru_cache

import pytest

from benchmarks.engine.domains.simulated import build_domain
from benchmarks.plan.benchmarks import BENCHMARKS
from benchmarks.plan.spec import SIMULATED, DomainSpec

PEOPLE = 4
SMALL = DomainSpec(
    world=SIMULATED, site="aurora", cohort="healthy", contrast="t1", region="wm", subjects=PEOPLE,
    first_subject=0, image_size=64, spacing_mm=3.0, slices=1, seed=0,
)  # fmt: skip
"""Coarse images, which show the same heights as fine ones."""


@lru_cache
def pixels_shown(cohort, region, slices):
    spec = replace(SMALL, cohort=cohort, region=region, slices=slices)
    return int(build_domain(spec, lambda *_: None).labels.sum())


def scenes():
    """Return each cohort, region and number of slices of any scenario at any profile."""
    return {
        (place.cohort, place.region, profile.slices)
        for card in BENCHMARKS.values()
        for scenario in card.scenarios
        for place in (scenario.source, scenario.target)
        for profile in card.profiles
        if scenario.task == "segmentation" and getattr(place, "world", "") == SIMULATED
    }


@pytest.mark.parametrize("scene", sorted(scenes()), ids=str)
def test_some_slice_shows_the_region(scene):
    assert pixels_shown(*scene) > PEOPLE
