"""Decides which strategies a scenario admits, from the limits on their cards."""

from collections.abc import Iterable

from benchmarks.plan.catalog import STRATEGIES, depth
from benchmarks.plan.limits import Condition
from benchmarks.plan.spec import Exclusion, Scenario

SWEEP = tuple(card.slug for card in depth.CARDS if card.slug in STRATEGIES)
"""Strategies of the sweep over frozen depth, which most benchmarks leave out."""
METHODS = tuple(slug for slug in STRATEGIES if slug not in SWEEP)


def here(*slugs: str) -> tuple[str, ...]:
    """Return the strategies whose files are installed."""
    return tuple(slug for slug in slugs if slug in STRATEGIES)


FIRST_LIGHT = ("source_only", "target_only", "full_fine_tuning", "frozen_encoder", "deep_coral")


def admitted(scenarios: Iterable[Scenario], strategies: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``strategies`` that at least one of the scenarios admits."""
    chosen = tuple(scenarios)
    return tuple(slug for slug in strategies if any(s.admits(slug) for s in chosen))


def left_out(*conditions: Condition) -> tuple[Exclusion, ...]:
    """Return the strategies excluded by a scenario's conditions, each with its first reason."""
    reasons: dict[str, list[str]] = {}
    for slug in METHODS:
        if limit := STRATEGIES[slug].limit_under(conditions):
            reasons.setdefault(limit.reason, []).append(slug)
    return tuple(Exclusion(tuple(slugs), reason) for reason, slugs in reasons.items())
