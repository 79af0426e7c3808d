"""When a comparison may have a verdict: least seeds and people, and the words where it has none."""

from dataclasses import dataclass

from benchmarks.plan.metrics import METRICS

LEVEL = 0.05
"""The chance that a family of comparisons without any difference has a verdict that says one."""
LEAST_SEEDS = 5
"""With fewer, the variation among trainings is too poorly known for a test to keep its level."""
LEAST_PEOPLE_FOR_AUC = 40
"""Test people from which on a gain in AUC is tested; see `benchmarks.engine.reporting.roc`."""
SMOKE_RUN = "a run for tests: its numbers say nothing about a strategy"
BOTH_PERFECT = "both AUCs are 1: the test people cannot tell the strategies apart"
SECONDARY = "secondary"
"""The word before the reason of a result that is not in the declared metric under the rule."""
ONE_SCORE = "one seed and one test person show no spread"
CROSS_VALIDATED = (
    "cross-validation of a small real set: its folds share training people, so they are no "
    "independent repetitions"
)
SHARED_PEOPLE = "the seeds share labelled people, so they are no independent repetitions"


@dataclass(frozen=True)
class Family:
    """The strategies compared at one number of labelled people: all admitted ones, run or not."""

    n_target: int
    strategies: tuple[str, ...]


def too_few_seeds(seeds: int) -> str | None:
    """Return why this many seeds give no verdict; None where they are enough."""
    return f"too few seeds: {seeds} of at least {LEAST_SEEDS}" if seeds < LEAST_SEEDS else None


def too_few_people(people: int) -> str | None:
    """Return why a gain in AUC on this many test people is not tested; None where it is."""
    if people >= LEAST_PEOPLE_FOR_AUC:
        return None
    return f"too few test people for a test of AUC: {people} of at least {LEAST_PEOPLE_FOR_AUC}"


def secondary(metric: str, rule: str) -> str:
    """Return the words for a result that is not the one declared before the run."""
    rule_words = rule.replace("_", " ")
    return f"{SECONDARY}: verdicts are on {METRICS[metric].name} under the rule “{rule_words}”"
