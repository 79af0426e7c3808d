"""Filters and tags that templates use."""
