"""Writes to reviews: start one, fill its bibliography."""
