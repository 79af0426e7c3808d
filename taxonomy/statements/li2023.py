"""Statements of Li et al. 2023 about their Tables I to VI, recomputed."""

from collections.abc import Iterator

from taxonomy.counting.rows import PublishedTables
from taxonomy.statements.li2023_selection import selection_statements
from taxonomy.statements.li2023_table6 import table6_statements
from taxonomy.statements.li2023_transfer import modality_statements, similarity_statements
from taxonomy.statements.statement import Statement


def li2023_statements(tables: PublishedTables) -> Iterator[Statement]:
    """Return the paper's claims, each recomputed from the cells of the tables given.

    The tables may be the published ones or reproduced ones of the same columns.
    """
    yield from modality_statements(tables)
    yield from similarity_statements(tables)
    yield from selection_statements(tables)
    yield from table6_statements(tables)
