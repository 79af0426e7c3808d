"""Reads of a review's tables and reconciliation, counted from rows on each call."""

from reviewdb.reviews.models import Review
from taxonomy.counting import reconciliation as pure_reconciliation
from taxonomy.counting import tables as pure_tables
from taxonomy.counting.reconciliation import TASKS, Reconciled
from taxonomy.counting.tables import StrategyRow, TaskRow
from taxonomy.selectors.counts import review_counts
from taxonomy.selectors.published import review_tables


def strategies_table(review: Review) -> list[StrategyRow]:
    """Return type totals and leaves in the tree's order."""
    return pure_tables.strategies_table(review_counts(review))


def tasks_table(review: Review) -> list[TaskRow]:
    """Return task totals and applications, published and recounted; empty without Table 3."""
    published = review_tables(review).get(TASKS, ())
    return pure_tables.tasks_table(published, review_counts(review).stated)


def reconciliation(review: Review) -> list[Reconciled]:
    """Return every published count with the count from rows."""
    return pure_reconciliation.reconcile(review_tables(review), review_counts(review))
