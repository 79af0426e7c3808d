"""Reads of reviews, members and changes, limited to those that the user may see."""
