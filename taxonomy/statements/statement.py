"""The type of a statement, and the two functions that build one."""

from collections.abc import Iterator, Mapping
from typing import TypedDict


class Statement(TypedDict):
    """A number the document states, the same number recomputed, and whether they are equal."""

    statement: str
    published: float
    recomputed: float | None
    agrees: bool | None
    explanation: str


def checked_statement(
    text: str, published: float, recomputed: float | None, explanation: str
) -> Statement:
    """Return the statement; ``agrees`` is null where nothing could be recomputed."""
    return Statement(
        statement=text,
        published=published,
        recomputed=recomputed,
        agrees=None if recomputed is None else published == recomputed,
        explanation=explanation,
    )


def in_cases(
    text: str, holds: Mapping[str, bool], explanation: str, *, claimed: int | None = None
) -> Iterator[Statement]:
    """Yield the statement that a claim holds in so many of the cases; nothing without cases.

    ``claimed`` is the number of cases the document states. Where it states none, the claim is
    taken to mean every case, which the explanation notes. The explanation also names the
    exceptions.
    """
    if not holds:
        return
    failing = [case for case, is_so in holds.items() if not is_so]
    parts = [explanation, f"{len(holds) - len(failing)} of {len(holds)}"]
    if claimed is None:
        parts.append("the text gives no count, its words are taken for all")
    if failing:
        parts.append(f"not so for {', '.join(failing)}")
    published = len(holds) if claimed is None else claimed
    yield checked_statement(text, published, len(holds) - len(failing), "; ".join(parts))


def number(cell: object) -> float:
    """Return a cell's number, whole where it is printed whole."""
    text = str(cell)
    return int(text) if text.isdecimal() else float(text)
