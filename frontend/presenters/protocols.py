"""What a benchmark's page shows besides its card, by protocol."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from benchmarks.plan.benchmarks import BENCHMARKS
from frontend.presenters.context import Context
from frontend.presenters.source_selection import reproduction_context


def _nothing_more(request: HttpRequest, benchmark: str) -> Context:
    return {}


@dataclass(frozen=True)
class ProtocolPage:
    """How benchmarks of one protocol are shown; the defaults are those of a comparison.

    ``context`` returns what the template needs besides the card. ``is_row_a_pair`` means that each
    scenario is a pair of tasks; the pairs are rows of one table.
    """

    template: str = "frontend/benchmark.html"
    context: Callable[[HttpRequest, str], Context] = _nothing_more
    is_row_a_pair: bool = False


PLAIN = ProtocolPage()
PAGES = {
    "source_selection": ProtocolPage(
        template="frontend/benchmark_source_selection.html",
        context=reproduction_context,
        is_row_a_pair=True,
    ),
}


def page_of(benchmark: str) -> ProtocolPage:
    """Return how a benchmark is shown; the defaults where it has no card any more."""
    card = BENCHMARKS.get(benchmark)
    return PAGES.get(card.protocol, PLAIN) if card else PLAIN
