"""Writes to reviews: create, publish, members, bibliography, change log."""
