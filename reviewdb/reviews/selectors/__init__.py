"""Reads of reviews: who sees which."""
