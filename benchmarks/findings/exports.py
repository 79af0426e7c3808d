"""Results per subject in the CSV layouts of other tools: challengeR and Claims Reloaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewdb.common.tables_out import Row

CHALLENGER_COLUMNS = ("Task", "TestCase", "Algorithm", "MetricValue")
CASE_ID = "case_id"
MISSING = "NA"
Scores = Sequence[float | None]


@dataclass(frozen=True)
class SubjectScores:
    """A strategy's score of each test subject, mean over seeds, in a scenario at a label count.

    A score is None where the metric is not defined for the subject. Subjects are in the same order
    for every strategy of a scenario.
    """

    scenario: str
    n_target: int
    strategy: str
    scores: Scores

    @property
    def task(self) -> str:
        """Return the name of what may be ranked together: scenario and labels."""
        return f"{self.scenario}, {self.n_target} labelled"


def challenger_rows(results: Iterable[SubjectScores]) -> list[Row]:
    """Return a row per task, test case and algorithm, as challengeR reads them.

    Wiesenfarth et al. 2021; ``as.challenge(data, by = "Task", algorithm = "Algorithm", case =
    "TestCase", value = "MetricValue")``. A missing value is ``NA``, as challengeR asks.
    """
    return [
        {
            "Task": result.task,
            "TestCase": f"case{number}",
            "Algorithm": result.strategy,
            "MetricValue": MISSING if score is None else score,
        }
        for result in results
        for number, score in enumerate(result.scores, start=1)
    ]


def claims_rows(results: Sequence[SubjectScores]) -> list[Row]:
    """Return a row per test case with a column per algorithm, as Claims Reloaded reads them.

    The tool (Christodoulou et al. 2025) takes Dice values of one test set: ``case_id``, then
    columns named ``alg_*``. Raises ValueError where the strategies were not tested on one.
    """
    if len({(result.task, len(result.scores)) for result in results}) > 1:
        raise ValueError("Claims Reloaded compares algorithms on one test set")
    columns = {f"alg_{result.strategy}": result.scores for result in results}
    count = len(results[0].scores) if results else 0
    return [
        {CASE_ID: number + 1, **{name: scores[number] for name, scores in columns.items()}}
        for number in range(count)
    ]
