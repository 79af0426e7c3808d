"""Turns selectors' rows into what a page shows: words, tables, groups."""
