"""Comparisons that source documents print: what is said to be better than what, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from taxonomy.counting.rows import PublishedRow, PublishedTables
from taxonomy.statements.li2023_transfer import MODALITY_TABLE
from taxonomy.statements.statement import Statement, number

LI2023 = "li2023"
BETTER, WORSE = "cross-task", "cross-modality"


@dataclass(frozen=True)
class PublishedComparison:
    """One printed comparison; ``recounts`` says whether its averages follow from the other tables.

    ``recounts`` is None where the document does not print what the averages are made of.
    """

    claim: str
    better: str
    worse: str
    metric: str
    better_value: float
    worse_value: float
    recounts: bool | None


def comparisons(
    document: str, tables: PublishedTables, statements: list[Statement]
) -> list[PublishedComparison]:
    """Return the comparisons that the document's tables hold; empty for a document without any.

    Of Li et al. 2023 these are the trials of Table I: the paper claims that another task of the
    same modality is a better source than the same task of another modality.
    """
    if document != LI2023:
        return []
    return list(_trials(tables, {row["statement"]: row["agrees"] for row in statements}))


def _trials(
    tables: PublishedTables, agrees: Mapping[str, bool | None]
) -> Iterator[PublishedComparison]:
    by_target: dict[str, dict[str, PublishedRow]] = {}
    for row in tables.get(MODALITY_TABLE, ()):
        by_target.setdefault(str(row["target"]), {})[str(row["transfer"])] = row
    for target, kinds in by_target.items():
        if not {BETTER, WORSE} <= set(kinds):
            continue
        values = {kind: number(row["average_dice"]) for kind, row in kinds.items()}
        averages = [f"Table I: average Dice of {kind} transfer to {target}" for kind in kinds]
        known = [agrees[text] for text in averages if text in agrees]
        yield PublishedComparison(
            claim=f"Table I, {target}: {BETTER} transfer beats {WORSE} transfer",
            better=f"{BETTER} transfer ({kinds[BETTER]['sources']})",
            worse=f"{WORSE} transfer ({kinds[WORSE]['sources']})",
            metric="Dice",
            better_value=values[BETTER],
            worse_value=values[WORSE],
            recounts=all(known) if known else None,
        )
