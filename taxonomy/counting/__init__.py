"""Counts from rows: tables, tree, reconciliation with published counts, charts; no database."""
