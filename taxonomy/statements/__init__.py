"""Statements of source documents about their own numbers, recomputed from their tables."""

from collections.abc import Callable, Iterator

from reviewdb.common.errors import RuleViolation
from taxonomy.counting.rows import PublishedTables
from taxonomy.statements.li2023 import li2023_statements
from taxonomy.statements.statement import Statement
from taxonomy.statements.valverde2021 import valverde2021_statements

__all__ = ["BY_DOCUMENT", "Statement", "statements"]

BY_DOCUMENT: dict[str, Callable[[PublishedTables], Iterator[Statement]]] = {
    "li2023": li2023_statements,
    "valverde2021": valverde2021_statements,
}


def statements(document: str, tables: PublishedTables) -> list[Statement]:
    """Return the statements known of a document, none for a document without any.

    Raises RuleViolation where its tables do not fit the statements.
    """
    reader = BY_DOCUMENT.get(document)
    try:
        return list(reader(tables)) if reader else []
    except (LookupError, ValueError, ArithmeticError, RuntimeError) as error:
        text = f"the tables of {document} lack what its statements are about ({error!r})"
        raise RuleViolation(text, {"tables": [text]}) from error
