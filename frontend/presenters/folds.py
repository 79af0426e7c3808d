"""Every person of a cross-validation with the score under each strategy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.models import Result


@dataclass(frozen=True)
class PersonRow:
    """One tested person: scores in the order of the columns, None where the metric has none."""

    name: str
    scores: list[float | None]


@dataclass(frozen=True)
class PeopleTable:
    """Everybody who was tested, once each; a column is a strategy at a number of labelled people.

    ``near_copies`` counts the groups of people whose images are near copies of one another.
    """

    folds: int
    near_copies: int
    columns: list[str]
    rows: list[PersonRow]


def people_table(results: Sequence[Result], names: Mapping[str, str]) -> PeopleTable | None:
    """Return the people of results under one rule; None where no result is cross-validated."""
    folded = [result for result in results if result.detail.get("people")]
    if not folded:
        return None
    first = folded[0].detail
    shown = [result for result in folded if result.detail["people"] == first["people"]]
    columns = [result.detail["per_subject"] for result in shown]
    return PeopleTable(
        folds=first["folds"],
        near_copies=first["near_copies"],
        columns=[f"{names.get(r.strategy, r.strategy)}, {r.n_target} labelled" for r in shown],
        rows=[
            PersonRow(name, [column[number] for column in columns])
            for number, name in enumerate(first["people"])
        ],
    )
