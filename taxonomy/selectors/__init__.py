"""Reads of the knowledge base, each within a fixed number of queries."""
