"""Writes of the taxonomy app: loading, publishing, tagging, editing."""
