"""What a run's gains are worth: the gap closed, the risk of being none, what would settle them."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.models import Result, Verdict
from benchmarks.plan.metrics import MAIN_METRICS
from benchmarks.plan.selection_rules import SELECTION_RULES
from frontend.presenters.results import NAMES, scenario_title
from frontend.presenters.words import DASH, percent, whole


@dataclass(frozen=True)
class ProspectRow:
    """One strategy's gain in the main metric under the primary rule."""

    result: Result

    @property
    def name(self) -> str:
        """Return the strategy's name as its card writes it."""
        return NAMES.get(self.result.strategy, self.result.strategy)

    @property
    def place(self) -> str:
        """Return scenario and labels."""
        title = scenario_title(self.result.run.benchmark, self.result.scenario)
        return f"{title}, {self.result.n_target} labelled"

    @property
    def gap_closed(self) -> str:
        """Return the share of the gap to the oracle that is closed, with its interval."""
        row = self.result
        if row.gap_closed is None:
            return DASH
        ends = f"{percent(row.gap_closed_low)} to {percent(row.gap_closed_high)}"
        return f"{percent(row.gap_closed)} ({ends})"

    @property
    def risk(self) -> str:
        """Return the probability that the gain has the other sign."""
        risk = self.result.detail.get("false_claim")
        if risk is None:
            return DASH
        return "under 1%" if risk < 0.01 else percent(risk)

    @property
    def needed(self) -> str:
        """Return what would settle the comparison; empty where it is settled."""
        detail = self.result.detail
        if self.result.verdict != Verdict.NO_DIFFERENCE or "people_needed" not in detail:
            return ""
        if detail["people_needed"] is None:
            return "no number of people would settle this; more seeds might"
        return f"{whole(detail['people_needed'])} people would settle this"


def prospect_rows(results: Iterable[Result]) -> list[ProspectRow]:
    """Return a row per gain in the tasks' main metrics, under the first rule that there is."""
    gains = [r for r in results if r.gain is not None and r.metric in MAIN_METRICS]
    rules = {result.selection for result in gains}
    rule = next((rule for rule in SELECTION_RULES if rule in rules), "")
    rows = [ProspectRow(r) for r in gains if r.selection == rule]
    known = [row for row in rows if (row.gap_closed, row.risk) != (DASH, DASH)]
    return sorted(known, key=lambda row: (row.result.scenario, row.result.n_target, row.name))
