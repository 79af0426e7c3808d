"""Selectors' rows as what a page shows: words, tables, groups."""
