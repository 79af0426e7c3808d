"""Writes to the knowledge base: loading, publishing, tagging, editing."""
